#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "sim/witness.h"

namespace sluice::sim {

// A message that a client keeps until it is answered.
struct Outgoing {
  enum class Stage : uint8_t {
    kWaiting,   // not sent, or to be sent again as a new message
    kSent,      // PUBLISH
    kReceived,  // PUBREC has come, PUBREL is out
  };
  SentMessage* message = nullptr;
  std::string payload;
  uint16_t id = 0;
  Stage stage = Stage::kWaiting;
  bool told = false;  // the witness knows of it
};

// What a client has to say, in order, and which packet identifiers it uses.
class Outbox {
 public:
  // Identifiers from `first_id` on.
  explicit Outbox(uint16_t first_id) : first_id_(first_id), next_id_(first_id) {}

  void Add(SentMessage* message, std::string payload) {
    queue_.push_back({message, std::move(payload)});
  }
  std::deque<Outgoing>& queue() { return queue_; }
  const std::deque<Outgoing>& queue() const { return queue_; }
  size_t size() const { return queue_.size(); }
  size_t in_flight() const;
  // In flight under `id`; null: none.
  Outgoing* Find(uint16_t id);
  void Remove(const Outgoing* outgoing);
  // One that nothing in flight uses.
  uint16_t NewId();
  // The session is gone: what was sent has to be sent as if it never were, and what the gateway has
  // taken (QoS 2) is done.
  void ForgetSession();

 private:
  static constexpr uint16_t kIds = 30'000;

  std::deque<Outgoing> queue_;
  const uint16_t first_id_;
  uint16_t next_id_;
};

}  // namespace sluice::sim
