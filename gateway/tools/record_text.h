#pragma once

#include <string>

#include "base/env.h"
#include "journal/record.h"
#include "schema/event_view.h"

namespace sluice::tools {

// A record of a stream as `sluice journal cat` prints it; a line without its end.

// "7 sensor climate.reading.v1 2 readings, 345 bytes", "8-20 gap evicted", "21 unreadable: …".
std::string RecordText(const journal::Record& record, schema::EventView* view);

// As CloudEvents JSON. Nothing for an event that cannot be read. `gateway` is that of a gap.
std::string RecordJson(const journal::Record& record, const std::string& gateway,
                       const std::string& stream, schema::EventView* view);

// The gateway that wrote the stream, which only its events name; empty without any.
std::string GatewayOf(const Env& env, const std::string& directory, const std::string& stream);

}  // namespace sluice::tools
