#include <charconv>
#include <cmath>

#include "base/rfc3339.h"
#include "normalise/device_time.h"
#include "normalise/read_number.h"
#include "normalise/read_value.h"

namespace sluice::normalise {
namespace {

using decode::Kind;
using decode::Value;
using Format = TimeRule::Format;

std::optional<WallTime> LocalTime(const CompiledTime& time, std::string_view text,
                                  WallTime received) {
  const auto local = ParseDateTime(text, false);
  if (!local) return std::nullopt;
  if (time.zone) return time.zone->ToUtc(*local, received);
  return *local - std::chrono::minutes(time.rule.utc_offset_minutes);
}

int64_t NanosPerUnit(Format format) {
  switch (format) {
    case Format::kUnixMillis:
      return 1'000'000;
    case Format::kUnixMicros:
      return 1'000;
    case Format::kUnixNanos:
      return 1;
    default:
      return 1'000'000'000;
  }
}

// Below 2^28 seconds (1978) a time counts from the reception, forwards or back.
std::optional<WallTime> SenmlTime(double number, WallTime received) {
  constexpr double kLeastAbsolute = 268'435'456;
  if (!(std::abs(number) < kLeastAbsolute)) return TimeFromSeconds(number);
  return received + std::chrono::microseconds(static_cast<int64_t>(std::round(number * 1e6)));
}

std::optional<WallTime> TimeFromNumber(Format format, double number) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (format == Format::kUnixSeconds) return TimeFromSeconds(number);
  if (!(std::abs(number) <= kExact) || number != std::trunc(number)) return std::nullopt;
  return TimeFromCount(static_cast<int64_t>(number), NanosPerUnit(format));
}

// A time that comes as text keeps all of their digits as a whole number.
std::optional<WallTime> TimeFromDigits(Format format, std::string_view text) {
  int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc() && end == text.data() + text.size()) {
    return TimeFromCount(count, NanosPerUnit(format));
  }
  const auto number = NumberFromText(text);
  return number ? TimeFromNumber(format, *number) : std::nullopt;
}

}  // namespace

std::optional<WallTime> ReadTime(const CompiledTime& time, Value base, WallTime received) {
  const Format format = time.rule.format;
  const bool is_text = format == Format::kRfc3339 || format == Format::kLocal;
  Value member;
  if (!time.path.Find(base, &member)) return std::nullopt;
  switch (member.kind()) {
    case Kind::kText:
      if (format == Format::kRfc3339) return ParseDateTime(member.text(), true);
      if (format == Format::kLocal) return LocalTime(time, member.text(), received);
      return TimeFromDigits(format, member.text());
    case Kind::kInteger:
      if (format == Format::kSenml) {
        return SenmlTime(static_cast<double>(member.integer()), received);
      }
      return is_text ? std::nullopt : TimeFromCount(member.integer(), NanosPerUnit(format));
    case Kind::kDouble:
      if (format == Format::kSenml) return SenmlTime(member.number(), received);
      return is_text ? std::nullopt : TimeFromNumber(format, member.number());
    default:
      return std::nullopt;
  }
}

}  // namespace sluice::normalise
