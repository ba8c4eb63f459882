#include "normalise/device_time.h"

#include <cmath>

namespace sluice::normalise {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kMaxSeconds = INT64_MAX / kSecond - 1;

}  // namespace

std::optional<WallTime> TimeFromSeconds(double seconds) {
  if (!(seconds >= 0) || seconds > static_cast<double>(kMaxSeconds)) return std::nullopt;
  const double whole = std::floor(seconds);
  // A double holds today's date to a fifth of a microsecond: what is below is noise.
  const int64_t micros = std::llround((seconds - whole) * 1e6);
  return FromUnixNanos(static_cast<int64_t>(whole) * kSecond + micros * 1000);
}

std::optional<WallTime> TimeFromCount(int64_t count, int64_t nanos_per_unit) {
  if (count < 0 || count > INT64_MAX / nanos_per_unit) return std::nullopt;
  return FromUnixNanos(count * nanos_per_unit);
}

}  // namespace sluice::normalise
