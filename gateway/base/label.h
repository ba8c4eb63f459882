#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "base/metrics.h"

namespace sluice {

// One label of a metric as Metrics wants it: `stream="telemetry"`. The value may be any text.
inline std::string Label(std::string_view name, std::string_view value) {
  return fmt::format("{}=\"{}\"", name, Metrics::EscapeLabel(value));
}

}  // namespace sluice
