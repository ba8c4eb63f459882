#include "tls/life_span.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace sluice::tls {
namespace {

constexpr int64_t kSoon = 14 * 24 * 3600;

int64_t NowSeconds(const Clock& clock) {
  return std::chrono::floor<std::chrono::seconds>(clock.WallNow()).time_since_epoch().count();
}

}  // namespace

bool HasPassed(int64_t end, const Clock& clock) { return end < NowSeconds(clock); }

bool EndsSoon(int64_t begin, int64_t end, const Clock& clock) {
  return !HasPassed(end, clock) && end - NowSeconds(clock) < std::min(kSoon, (end - begin) / 10);
}

std::string DateText(int64_t unix_seconds) {
  using namespace std::chrono;
  const year_month_day date(floor<days>(sys_seconds(seconds(unix_seconds))));
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace sluice::tls
