#pragma once

#include <string>
#include <string_view>

#include "schema/event_view.h"
#include "schema/gap.h"

namespace sluice::tools {

// The lines that `sluice consume` prints, each with its newline. They append to `out`.

// All that is in an event:
// {"id":…,"gateway":…,"stream":…,"offset":…,"type":…,"severity":…,"device":…,"identity":…,
// "topic":…,"profile":…,"time":…,"time_source":…,"received":…,"sequence":…,"traceparent":…,
// "readings":[{"name":…,"value":…,"unit":…,"quality":…},…],"attributes":{…}}. Without what the
// event lacks of profile, sequence, traceparent and attributes; "value_base64" instead of "value"
// for bytes.
void AppendEventLine(const schema::EventView& event, std::string* out);

// {"gap":{"gateway":…,"stream":…,"first":…,"last":…,"count":…,"reason":…}}
void AppendGapLine(std::string_view gateway, std::string_view stream, uint64_t first, uint64_t last,
                   std::string_view reason, std::string* out);

}  // namespace sluice::tools
