#pragma once

#include <string>
#include <string_view>

#include "schema/event_view.h"
#include "schema/gap.h"

namespace sluice::app {

// The lines that `sluice consume` prints, each with its newline. They append to `out`.

// {"id":…,"gateway":…,"stream":…,"offset":…,"type":…,"device":…,"identity":…,"time":…,"sequence":…,
// "readings":[{"name":…,"value":…,"unit":…,"quality":…},…]}; "sequence" only when the device sent
// one, "value_base64" instead of "value" for bytes.
void AppendEventLine(const schema::EventView& event, std::string* out);

// {"gap":{"gateway":…,"stream":…,"first":…,"last":…,"count":…,"reason":…}}
void AppendGapLine(std::string_view gateway, std::string_view stream, uint64_t first, uint64_t last,
                   std::string_view reason, std::string* out);

}  // namespace sluice::app
