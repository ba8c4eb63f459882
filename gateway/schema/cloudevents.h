#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "schema/event_fields.h"
#include "schema/gap.h"

namespace sluice::schema {

// Content types of what we send upstream.
inline constexpr std::string_view kEventContentType = "application/cloudevents+flatbuffers";
inline constexpr std::string_view kBatchContentType = "application/cloudevents-batch+flatbuffers";
inline constexpr std::string_view kEventJsonContentType = "application/cloudevents+json";
inline constexpr std::string_view kBatchJsonContentType = "application/cloudevents-batch+json";

// Types of events that the gateway makes itself.
inline constexpr std::string_view kGapType = "sluice.gap.v1";
inline constexpr std::string_view kDeadLetterType = "sluice.dead_letter.v1";

// The functions below append to `out`. Names in ids and sources are percent-encoded (RFC 3986), so
// that a slash in one makes no other id, and so that nothing in them needs escaping in JSON. Usual
// names stay as they are.

// "<gateway>/<stream>/<offset>"
void AppendEventId(std::string_view gateway, std::string_view stream, uint64_t offset,
                   std::string* out);
// "<gateway>/<stream>/<first>-<last>": a gap has no offset of its own, and an event that was sent
// before it became part of the gap must keep its id.
void AppendGapId(std::string_view gateway, std::string_view stream, const Gap& gap,
                 std::string* out);
// "/sluice/<gateway>/<stream>": a URI reference.
void AppendSource(std::string_view gateway, std::string_view stream, std::string* out);
// The offset as twenty digits, because the sequence extension asks for text that sorts like its
// meaning.
void AppendSequence(uint64_t offset, std::string* out);

// The CloudEvents 1.0 attributes of an event, in this order: specversion, id, source,
// type, time, subject (the device), sequence and, when there is one, traceparent. Reuse it: no
// allocation in steady state. One thread at a time.
class CloudEventAttributes {
 public:
  struct Item {
    std::string_view name;
    std::string_view value;
  };
  // Valid until the next call, and (traceparent, type, subject) as long as the fields' views.
  std::span<const Item> Render(const EventFields& fields);

 private:
  std::string text_;
  std::array<Item, 8> items_;
};

}  // namespace sluice::schema
