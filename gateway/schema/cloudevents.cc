#include "schema/cloudevents.h"

#include <fmt/format.h>

#include <iterator>

#include "base/percent.h"
#include "base/rfc3339.h"

namespace sluice::schema {
namespace {

void AppendStreamName(std::string_view gateway, std::string_view stream, std::string* out) {
  AppendPercentEncoded(gateway, out);
  out->push_back('/');
  AppendPercentEncoded(stream, out);
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
