#include "base/rfc3339.h"

#include <fmt/format.h>

#include <iterator>

namespace sluice {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

// Reads text from its front; every Take leaves the text alone when it does not succeed.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }

  bool Take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool TakeDigits(size_t count, int* value) {
    if (rest_.size() < count) return false;
    int sum = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return false;
      sum = sum * 10 + (c - '0');
    }
    *value = sum;
    rest_.remove_prefix(count);
    return true;
  }

  // Digits behind the point as nanoseconds; further ones are dropped.
  bool TakeFraction(int64_t* nanos) {
    int64_t unit = kSecond;
    int digit = 0;
    size_t count = 0;
    for (; TakeDigits(1, &digit); ++count) {
      unit /= 10;
      *nanos += digit * unit;
    }
    return count > 0;
  }

 private:
  std::string_view rest_;
};

bool TakeDate(Scanner& scanner, std::chrono::sys_days* day) {
  int year = 0, month = 0, day_of_month = 0;
  if (!scanner.TakeDigits(4, &year) || !scanner.Take('-') || !scanner.TakeDigits(2, &month) ||
      !scanner.Take('-') || !scanner.TakeDigits(2, &day_of_month)) {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day_of_month))};
  if (!date.ok() || year < 1970 || year > 2261) return false;
  *day = date;
  return true;
}

bool TakeTimeOfDay(Scanner& scanner, Duration* of_day) {
  int hour = 0, minute = 0, second = 0;
  int64_t nanos = 0;
  if (!scanner.TakeDigits(2, &hour) || !scanner.Take(':') || !scanner.TakeDigits(2, &minute) ||
      !scanner.Take(':') || !scanner.TakeDigits(2, &second)) {
    return false;
  }
  if (hour > 23 || minute > 59 || second > 60) return false;  // 60: a leap second
  if (scanner.Take('.') && !scanner.TakeFraction(&nanos)) return false;
  *of_day = Duration(((hour * 60 + minute) * 60 + second) * kSecond + nanos);
  return true;
}

bool TakeZone(Scanner& scanner, std::chrono::minutes* offset) {
  *offset = std::chrono::minutes(0);
  if (scanner.Take('Z') || scanner.Take('z')) return true;
  const bool west = scanner.Take('-');
  if (!west && !scanner.Take('+')) return false;
  int hours = 0, minutes = 0;
  if (!scanner.TakeDigits(2, &hours)) return false;
  (void)scanner.Take(':');  // ISO 8601's basic form has none
  if (!scanner.TakeDigits(2, &minutes) || hours > 23 || minutes > 59) return false;
  *offset = std::chrono::minutes((west ? -1 : 1) * (hours * 60 + minutes));
  return true;
}

// All of WallTime's range (years 1677 to 2262) is one that RFC 3339 can write. Seconds and the rest
// are parted by hand, because rounding the earliest times down in nanoseconds overflows.
struct Parts {
  std::chrono::sys_seconds second;
  int64_t nanos;
};

Parts PartsOf(WallTime time) {
  const int64_t rest = ToUnixNanos(time) % kSecond;
  const int64_t whole = ToUnixNanos(time) / kSecond - (rest < 0 ? 1 : 0);
  return {std::chrono::sys_seconds(std::chrono::seconds(whole)), rest < 0 ? rest + kSecond : rest};
}

void AppendSeconds(std::chrono::sys_seconds second, std::string* out) {
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss of_day(second - day);
  fmt::format_to(std::back_inserter(*out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                 static_cast<unsigned>(date.day()), of_day.hours().count(),
                 of_day.minutes().count(), of_day.seconds().count());
}

void AppendFraction(int64_t nanos, std::string* out) {
  if (nanos == 0) return;
  fmt::format_to(std::back_inserter(*out), ".{:09}", nanos);
  out->erase(out->find_last_not_of('0') + 1);
}

}  // namespace

std::optional<WallTime> ParseDateTime(std::string_view text, bool zone_follows) {
  Scanner scanner(text);
  std::chrono::sys_days day;
  Duration of_day{0};
  std::chrono::minutes offset{0};
  if (!TakeDate(scanner, &day)) return std::nullopt;
  if (!scanner.Take('T') && !scanner.Take('t') && !scanner.Take(' ')) return std::nullopt;
  if (!TakeTimeOfDay(scanner, &of_day)) return std::nullopt;
  if (zone_follows && !TakeZone(scanner, &offset)) return std::nullopt;
  if (!scanner.done()) return std::nullopt;
  return WallTime(day) + of_day - offset;
}

void AppendRfc3339(WallTime time, std::string* out) {
  const Parts parts = PartsOf(time);
  AppendSeconds(parts.second, out);
  AppendFraction(parts.nanos, out);
  out->push_back('Z');
}

void AppendRfc3339Millis(WallTime time, std::string* out) {
  const Parts parts = PartsOf(time);
  AppendSeconds(parts.second, out);
  fmt::format_to(std::back_inserter(*out), ".{:03}Z", parts.nanos / 1'000'000);
}

void AppendDateTime(WallTime time, std::string* out) { AppendSeconds(PartsOf(time).second, out); }

}  // namespace sluice
