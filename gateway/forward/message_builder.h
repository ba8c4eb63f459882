#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "forward/event_source.h"
#include "forward/expiry.h"
#include "forward/message_encoder.h"
#include "forward/route_options.h"
#include "forward/uplink.h"
#include "forward/window.h"
#include "schema/cloudevents.h"
#include "schema/event_view.h"

namespace sluice::forward {

// Makes one message after the other out of a stream's records: the longest run of contiguous
// records that share a topic and fit the bounds. No allocation per event in steady state, and in
// the default case (FlatBuffers batches on a topic without the device) events are not even looked
// into, but for the first of a batch.
class MessageBuilder {
 public:
  enum class Added : uint8_t {
    kAdded,
    kStartsNextMessage,  // another topic, or no room: send first, then add it again
    kTooLarge,           // does not fit a message of its own
    kTopicTooLong,
    kUnreadable,  // not an event
  };

  // Both outlive the builder.
  MessageBuilder(const RouteOptions& options, Expiry& expiry);
  ~MessageBuilder();

  // The largest message that the uplink takes; one more byte, and an MQTT broker ends the
  // connection.
  void SetMaxMessageBytes(size_t bytes) { max_message_bytes_ = bytes; }
  // Whether that holds the smallest message there is, a gap alone. Clears.
  bool GapFits(WallTime now);
  // Fewer than the options say, for a while; SIZE_MAX: as many as they say. What is in the message
  // already stays.
  void SetMaxEntries(size_t entries) { max_entries_ = entries; }

  // Adds a record that follows the last one. Events that have expired at `now` become gaps
  // with that reason. The last three answers come only when the message is empty.
  Added Add(const SourceRecord& record, WallTime now);
  bool empty() const { return contents_.first == contents_.end; }
  // Nothing more will fit.
  bool full() const;
  // What is in the message; `bytes` and what concerns sending are not set.
  const InFlight& contents() const { return contents_; }

  // The message; not empty. Views, valid until Clear and, with one event a message, as long as the
  // record's bytes. Only Clear may follow.
  OutgoingMessage Finish(WallTime now);
  void Clear();

 private:
  Added AddEvent(const SourceRecord& record, WallTime now);
  Added AddGap(const SourceRecord& record, schema::GapReason reason);
  Added IfAlone(Added answer) const;
  bool TakesTopic();
  bool IsSingleEvent() const { return single_ && contents_.events == 1; }
  bool Fits(size_t payload_bytes);
  size_t OverheadBytes() const;
  void Extend(const SourceRecord& record);
  void FlushGap(WallTime now);
  std::span<const UserProperty> Properties();

  const RouteOptions& options_;
  Expiry& expiry_;
  const bool single_;
  std::unique_ptr<MessageEncoder> encoder_;
  size_t max_message_bytes_;
  size_t max_entries_ = SIZE_MAX;

  schema::EventView view_;
  schema::CloudEventAttributes attributes_;
  std::array<UserProperty, 3> batch_properties_;
  std::string property_text_;

  InFlight contents_;
  size_t payload_bytes_ = 0;  // without a gap_
  ByteSpan payload_;
  bool finished_ = false;
  std::optional<schema::Gap> gap_;  // the last entry, while it may still grow
  std::string topic_;
  std::string candidate_topic_;
};

}  // namespace sluice::forward
