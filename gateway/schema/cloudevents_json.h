#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json_writer.h"
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

}  // namespace sluice::schema
