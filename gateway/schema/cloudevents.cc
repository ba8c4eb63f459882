#include "schema/cloudevents.h"

#include <fmt/format.h>

#include <iterator>

namespace sluice::schema {
namespace {

bool IsUnreserved(char c) {  // RFC 3986, 2.3
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

void AppendPercentEncoded(std::string_view text, std::string* out) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : text) {
    if (IsUnreserved(c)) {
      out->push_back(c);
      continue;
    }
    const auto byte = static_cast<uint8_t>(c);
    out->push_back('%');
    out->push_back(kHex[byte >> 4]);
    out->push_back(kHex[byte & 15]);
  }
}

void AppendStreamName(std::string_view gateway, std::string_view stream, std::string* out) {
  AppendPercentEncoded(gateway, out);
  out->push_back('/');
  AppendPercentEncoded(stream, out);
}

void AppendFraction(int64_t nanos, std::string* out) {
  if (nanos == 0) return;
  fmt::format_to(std::back_inserter(*out), ".{:09}", nanos);
  out->erase(out->find_last_not_of('0') + 1);
}

}  // namespace

void AppendEventId(std::string_view gateway, std::string_view stream, uint64_t offset,
                   std::string* out) {
  AppendStreamName(gateway, stream, out);
  fmt::format_to(std::back_inserter(*out), "/{}", offset);
}

void AppendGapId(std::string_view gateway, std::string_view stream, const Gap& gap,
                 std::string* out) {
  AppendStreamName(gateway, stream, out);
  fmt::format_to(std::back_inserter(*out), "/{}-{}", gap.first, gap.last);
}

void AppendSource(std::string_view gateway, std::string_view stream, std::string* out) {
  out->append("/sluice/");
  AppendStreamName(gateway, stream, out);
}

void AppendSequence(uint64_t offset, std::string* out) {
  fmt::format_to(std::back_inserter(*out), "{:020}", offset);
}

// All of WallTime's range (years 1677 to 2262) is one that RFC 3339 can write. Seconds and the rest
// are parted by hand, because rounding the earliest times down in nanoseconds overflows.
void AppendRfc3339(WallTime time, std::string* out) {
  constexpr int64_t kSecond = 1'000'000'000;
  int64_t fraction = ToUnixNanos(time) % kSecond;
  if (fraction < 0) fraction += kSecond;
  const int64_t whole = ToUnixNanos(time) / kSecond - (ToUnixNanos(time) % kSecond < 0 ? 1 : 0);
  const std::chrono::sys_seconds second{std::chrono::seconds(whole)};
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss of_day(second - day);
  fmt::format_to(std::back_inserter(*out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
                 static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                 static_cast<unsigned>(date.day()), of_day.hours().count(),
                 of_day.minutes().count(), of_day.seconds().count());
  AppendFraction(fraction, out);
  out->push_back('Z');
}

std::span<const CloudEventAttributes::Item> CloudEventAttributes::Render(
    const EventFields& fields) {
  // The texts that are made here share one string; views are taken when it has stopped growing.
  text_.clear();
  AppendEventId(fields.gateway, fields.stream, fields.offset, &text_);
  const size_t source = text_.size();
  AppendSource(fields.gateway, fields.stream, &text_);
  const size_t time = text_.size();
  AppendRfc3339(fields.time, &text_);
  const size_t sequence = text_.size();
  AppendSequence(fields.offset, &text_);

  const std::string_view text = text_;
  items_ = {{{"specversion", "1.0"},
             {"id", text.substr(0, source)},
             {"source", text.substr(source, time - source)},
             {"type", fields.type},
             {"time", text.substr(time, sequence - time)},
             {"subject", fields.device},
             {"sequence", text.substr(sequence)},
             {"traceparent", fields.traceparent}}};
  return std::span(items_).first(fields.traceparent.empty() ? items_.size() - 1 : items_.size());
}

}  // namespace sluice::schema
