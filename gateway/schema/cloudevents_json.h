#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/json_writer.h"
#include "base/status.h"
#include "schema/batch_view.h"
#include "schema/event_view.h"
#include "schema/gap.h"

namespace sluice::schema {

// CloudEvents 1.0 in its JSON format (structured mode). All append to `out` and allocate nothing
// beyond its growth. `data` is an object with received, time_source, topic, identity and, when they
// are there, profile, severity (when not info), sequence (the device's own), readings and
// attributes:
//   "readings":[{"name":"temperature","value":21.5,"unit":"Cel"}]
// A reading has "quality" when it is not good, and "value_base64" instead of "value" for bytes.
void AppendEventJson(const EventView& event, std::string* out);

// The member "attributes" of the object under way; nothing for an event that has none.
void WriteAttributes(const EventView& event, JsonWriter* json);

// A gap as an event of type "sluice.gap.v1"; data is {"first","last","count","reason"}. `time` is
// when it is sent: nobody knows when the missing were measured.
void AppendGapJson(std::string_view gateway, std::string_view stream, const Gap& gap, WallTime time,
                   std::string* out);

// Writes the batch format "[…]" piece by piece.
class BatchJsonWriter {
 public:
  // Clears `out`; it must outlive the writer's use.
  void Start(std::string* out);
  void AddEvent(const EventView& event);
  void AddGap(std::string_view gateway, std::string_view stream, const Gap& gap, WallTime time);
  size_t entries() const { return entries_; }
  void Finish();

 private:
  void Separate();

  std::string* out_ = nullptr;
  size_t entries_ = 0;
};

// A FlatBuffers batch as JSON; kCorruption, with `out` partly written, if an event in it is bad.
Status AppendBatchJson(const BatchView& batch, WallTime time, std::string* out);

}  // namespace sluice::schema
