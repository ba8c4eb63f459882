#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "decode/node.h"
#include "decode/sparkplug_payload.h"

namespace sluice::decode {

// What a metric holds, as a value of a document; null for none. A view of the payload. `type` is a
// SparkplugType, which says the sign of whole numbers (6.4.17). Data sets, templates and extensions
// are unreadable.
Node SparkplugValue(const SparkplugMetric& metric, uint32_t type);

// "bad", "stale", or nothing (6.4.9.1).
std::string_view SparkplugQuality(std::optional<int32_t> code);

// A name that fits an event: of a longer one, which names folders from outside in, the end.
std::string_view SparkplugReadingName(std::string_view name);

// Whether a metric is about the session or for commands, and no reading.
bool IsSparkplugControl(std::string_view name);

}  // namespace sluice::decode
