#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "decode/decoder.h"
#include "decode/device_states.h"
#include "decode/origin.h"
#include "decode/readings_document.h"
#include "decode/sparkplug_member.h"
#include "decode/sparkplug_payload.h"
#include "decode/sparkplug_topic.h"

namespace sluice::decode {

// Sparkplug B (specification 3.0): births, data and deaths of edge nodes and their devices, in the
// document of readings_document.h, with "message", "group" and "node" in front, times in
// milliseconds, and "online" in a moment of a birth or death.
//
// Remembers what births say of metrics, for later messages name them by number; the node's sequence
// numbers; and which devices it has, for its death is theirs. When it cannot read a message without
// a birth that it has not seen (after a start, or when the state was evicted), or messages are
// missing, it asks the node for a new birth, at most once in kAskInterval. A message of which a
// metric's name or type is not known is refused as a whole (no_birth), so that a replay of its dead
// letter finds all of it.
//
// The same message given twice, as one that found no room is, gives the same document.
//
// Loop thread. Allocates at births only, once it has held its largest.
class SparkplugDecoder {
 public:
  static constexpr Duration kAskInterval = std::chrono::seconds(30);

  explicit SparkplugDecoder(const Limits& limits)
      : limits_(limits), members_(limits.max_state_bytes) {}

  bool Decode(ByteSpan payload, const Origin& origin, Value* root, schema::Rejection* rejection);

  // What the latest payload made it ask for, once.
  std::optional<Request> TakeRequest() { return std::exchange(request_, std::nullopt); }
  const StateStats& stats() const { return members_.stats(); }
  uint64_t asked() const { return asked_; }

 private:
  // The current message.
  struct Job {
    const SparkplugTopic& topic;
    const Origin& origin;
    schema::Rejection* rejection;
    std::string_view device;  // what the event is of
  };

  bool Read(ByteSpan payload, schema::Rejection* rejection);
  void NoteMessage(const SparkplugTopic& topic);
  bool Take(const Job& job);
  bool TakeBirth(const Job& job);
  bool TakeData(const Job& job);
  bool TakeDeath(const Job& job);
  void Remember(const Job& job);
  void ForgetNode(SparkplugMember& node);
  void ForgetDevice(const Job& job, SparkplugMember& node);
  bool AddReadings(const Job& job, const SparkplugDefinitions* known);
  bool AddOnline(const Job& job, std::string_view device, bool online);
  bool AddDeathOfDevices(const Job& job, const SparkplugMember& node);
  void FollowSequence(const Job& job, SparkplugMember& node);
  void Ask(const Job& job, SparkplugMember& node);

  const Limits limits_;
  DeviceStates<SparkplugMember> members_;  // by "<group>/<node>" and "<group>/<node>/<device>"
  std::string node_key_;
  std::string member_key_;
  SparkplugPayload payload_;
  ReadingsDocument readings_;
  std::string texts_;  // never moved while a document is in use
  std::optional<Request> request_;
  uint64_t asked_ = 0;
};

}  // namespace sluice::decode
