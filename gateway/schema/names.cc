#include <array>

#include "schema/event_fields.h"
#include "schema/gap.h"

namespace sluice::schema {
namespace {

constexpr std::array<std::string_view, 3> kTimeSources = {"gateway_unset", "gateway", "device"};
constexpr std::array<std::string_view, 5> kSeverities = {"info", "debug", "warning", "error",
                                                         "critical"};
constexpr std::array<std::string_view, 5> kQualities = {"good", "uncertain", "out_of_range",
                                                        "wrong_type", "unreadable"};
constexpr std::array<std::string_view, 6> kGapReasons = {"unknown",     "evicted", "dropped",
                                                         "quarantined", "expired", "dead_lettered"};

// The number may come from a later version of the schema.
template <typename Enum, size_t N>
std::string_view NameIn(const std::array<std::string_view, N>& names, Enum value) {
  const auto i = static_cast<size_t>(value);
  return i < N ? names[i] : names[0];
}

}  // namespace

std::string_view TimeSourceName(TimeSource source) { return NameIn(kTimeSources, source); }
std::string_view SeverityName(Severity severity) { return NameIn(kSeverities, severity); }
std::string_view QualityName(Quality quality) { return NameIn(kQualities, quality); }
std::string_view GapReasonName(GapReason reason) { return NameIn(kGapReasons, reason); }

}  // namespace sluice::schema
