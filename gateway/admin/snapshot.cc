#include "admin/snapshot.h"

#include <chrono>
#include <cmath>

#include "base/saturating.h"

namespace sluice::admin {
namespace {

constexpr double kLongestForecast = 100.0 * 365 * 86'400;  // seconds

std::optional<Duration> After(uint64_t amount, double per_second) {
  if (!(per_second > 0)) return std::nullopt;
  const double seconds = static_cast<double>(amount) / per_second;
  if (seconds > kLongestForecast) return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

}  // namespace

std::optional<Duration> FullIn(const StreamSnapshot& stream,
                               std::optional<double> bytes_per_second) {
  if (!bytes_per_second) return std::nullopt;
  const uint64_t waiting = SaturatingSub(stream.stored_bytes, stream.kept_bytes);
  return After(SaturatingSub(stream.max_bytes, waiting), *bytes_per_second);
}

std::optional<Duration> EmptyIn(const RouteSnapshot& route,
                                std::optional<double> accepted_per_second) {
  if (route.books.pending == 0 || !route.passed_per_second || !accepted_per_second) {
    return std::nullopt;
  }
  return After(route.books.pending, *route.passed_per_second - *accepted_per_second);
}

std::optional<uint64_t> WrittenBytesPerDay(const Snapshot& snapshot) {
  if (!snapshot.written_bytes || snapshot.uptime < std::chrono::minutes(1)) return std::nullopt;
  const double days = std::chrono::duration<double>(snapshot.uptime) / std::chrono::hours(24);
  return static_cast<uint64_t>(std::llround(static_cast<double>(*snapshot.written_bytes) / days));
}

}  // namespace sluice::admin
