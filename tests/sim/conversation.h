#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forward/uplink.h"
#include "sim/witness.h"

namespace sluice::sim {

// What a message is known by on its way: all that upstream gets of it in this version of MQTT.
uint64_t FingerprintOf(const forward::OutgoingMessage& message, int version);

// What the gateway hands to its client on one connection and what upstream says to it. It must
// arrive as it was and in its order, and the client must tell what was said.
class Conversation {
 public:
  enum class Answer : uint8_t { kNone, kTaken, kRefused, kBusy };
  struct Message {
    uint32_t token = 0;
    std::string route;  // is its topic
    uint64_t fingerprint = 0;
    std::vector<Entry> entries;
    bool arrived = false;
    Answer answer = Answer::kNone;
  };

  explicit Conversation(int version) : version_(version) {}
  int version() const { return version_; }

  void OnPublished(Message message) { messages_.push_back(std::move(message)); }
  // The next one to arrive, if it is this; null: nobody has published that. What the client has
  // refused by itself is stepped over.
  Message* OnArrived(std::string_view topic, uint64_t fingerprint);
  // Of those that have arrived; null: there is none.
  Message* Find(uint32_t token);
  // The client has told its answer: nothing more will be heard of it.
  std::optional<Message> Take(uint32_t token);

  // The process has ended: what is still on the way it does not count on.
  void OnProcessEnded() { process_ended_ = true; }
  bool process_ended() const { return process_ended_; }

 private:
  const int version_;
  std::deque<Message> messages_;  // without a word of the client, in their order
  bool process_ended_ = false;
};

}  // namespace sluice::sim
