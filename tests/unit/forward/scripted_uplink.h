#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "forward/uplink.h"
#include "schema/batch_view.h"
#include "schema/event_view.h"

namespace sluice::test {

// What upstreams say: "you may not", which is for good, and "not now".
inline constexpr forward::Refusal kNotAuthorized{true, 0x87, "Not authorized"};
inline constexpr forward::Refusal kQuotaExceeded{false, 0x97, "Quota exceeded"};

// An uplink that does what the test says, and remembers what was published.
class ScriptedUplink final : public forward::Uplink {
 public:
  struct Message {
    uint32_t token;
    std::string topic;
    std::string payload;
    std::string content_type;
    std::vector<std::pair<std::string, std::string>> properties;
    std::string key;
  };

  void SetListener(forward::UplinkListener* listener) override { listener_ = listener; }
  void Connect() override { ++connects; }
  void Disconnect() override { ++disconnects; }
  void Publish(uint32_t token, const forward::OutgoingMessage& message) override {
    Message copy{token,
                 std::string(message.topic),
                 std::string(AsText(message.payload)),
                 std::string(message.content_type),
                 {},
                 std::string(message.key)};
    for (const forward::UserProperty& p : message.properties) {
      copy.properties.emplace_back(p.name, p.value);
    }
    messages.push_back(std::move(copy));
  }

  void Accept(const forward::UplinkLimits& limits = {}) { listener_->OnConnected(limits); }
  void Drop() { listener_->OnDisconnected("dropped by the test"); }
  void Acknowledge(size_t i) { listener_->OnAcknowledged(messages.at(i).token); }
  void Refuse(size_t i, const forward::Refusal& refusal) {
    listener_->OnRefused(messages.at(i).token, refusal);
  }

  // The offsets of the events in a FlatBuffers message.
  std::vector<uint64_t> Offsets(size_t i) const;
  // The gaps in it.
  std::vector<schema::Gap> Gaps(size_t i) const;
  // The offsets of all events of all messages from the i-th on, as they came.
  std::vector<uint64_t> OffsetsFrom(size_t i) const;

  int connects = 0;
  int disconnects = 0;
  std::vector<Message> messages;

 private:
  forward::UplinkListener* listener_ = nullptr;
};

}  // namespace sluice::test
