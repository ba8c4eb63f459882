#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "forward/uplink.h"
#include "schema/batch_view.h"
#include "schema/event_view.h"

namespace sluice::test {

// What upstreams say: "nobody can read that", which is for good, and "not now".
inline constexpr forward::Refusal kFormatInvalid{true, 0x99, "Payload format invalid"};
inline constexpr forward::Refusal kQuotaExceeded{false, 0x97, "Quota exceeded"};

// An uplink that does what the test says, within what uplinks may do (support/uplink_contract.h),
// and remembers what was published: what a test says out of turn is not told.
class ScriptedUplink final : public forward::Uplink {
 public:
  enum class State : uint8_t { kDisconnected, kConnecting, kConnected };
  struct Message {
    uint32_t token;
    std::string topic;
    std::string payload;
    std::string content_type;
    std::vector<std::pair<std::string, std::string>> properties;
    std::string key;
    bool open = true;  // waits for its answer
  };

  void SetListener(forward::UplinkListener* listener) override { listener_ = listener; }
  void Connect() override;
  void Disconnect() override;
  void Publish(uint32_t token, const forward::OutgoingMessage& message) override;

  State state() const { return state_; }
  void Accept(const forward::UplinkLimits& limits = {});
  void Drop(const forward::UplinkEnd& end = {"dropped by the test"});
  void GiveUp();
  void FailServer(const forward::UplinkEnd& end) { listener_->OnServerFailed(end); }
  void Acknowledge(size_t i);
  void Refuse(size_t i, const forward::Refusal& refusal);
  // An answer whether or not anybody waits for it. No uplink does that; whoever hears it survives.
  void AcknowledgeOutOfTurn(size_t i) { listener_->OnAcknowledged(messages.at(i).token); }

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
  void Leave(State next);
  // Whether the i-th message still waits, which it does no longer.
  bool Answers(size_t i);

  forward::UplinkListener* listener_ = nullptr;
  State state_ = State::kDisconnected;
};

}  // namespace sluice::test
