#include "tools/consumer.h"

#include <simdjson.h>

#include <charconv>
#include <optional>
#include <variant>

#include "schema/cloudevents.h"
#include "tools/event_line.h"

namespace sluice::tools {
namespace {

constexpr std::string_view kHoleReason = "missing";

// "<gateway>/<stream>/<first>" or, of a gap, "<gateway>/<stream>/<first>-<last>". A gateway's id
// may hold a '/', so it is read from its end.
struct ParsedId {
  std::string_view gateway;
  std::string_view stream;
  uint64_t first = 0;
  uint64_t last = 0;
};

bool ParseNumber(std::string_view text, uint64_t* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size();
}

std::optional<ParsedId> ParseId(std::string_view id) {
  const size_t offset_at = id.rfind('/');
  if (offset_at == id.npos || offset_at == 0) return std::nullopt;
  const size_t stream_at = id.rfind('/', offset_at - 1);
  if (stream_at == id.npos) return std::nullopt;
  ParsedId parsed{.gateway = id.substr(0, stream_at),
                  .stream = id.substr(stream_at + 1, offset_at - stream_at - 1)};
  const std::string_view offsets = id.substr(offset_at + 1);
  const size_t dash = offsets.find('-');
  const std::string_view last = dash == offsets.npos ? offsets : offsets.substr(dash + 1);
  if (!ParseNumber(offsets.substr(0, dash), &parsed.first) || !ParseNumber(last, &parsed.last) ||
      parsed.first > parsed.last) {
    return std::nullopt;
  }
  return parsed;
}

bool LooksLikeJson(ByteSpan payload) {
  const size_t first = AsText(payload).find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (payload[first] == '{' || payload[first] == '[');
}

}  // namespace

struct Consumer::JsonEvent {
  // The string at a JSON pointer; empty if there is none.
  std::string_view Text(std::string_view pointer) const {
    std::string_view text;
    if (element.at_pointer(pointer).get(text) != simdjson::SUCCESS) return {};
    return text;
  }

  simdjson::dom::element element;
};

void Consumer::OnMessage(ByteSpan payload, std::string* out) {
  ++counts_.messages;
  if (schema::BatchView::LooksLikeBatch(payload)) return OnBatch(payload, out);
  if (view_.Parse(payload).ok()) return OnEvent(payload, out);
  if (LooksLikeJson(payload)) return OnJson(AsText(payload), out);
  ++counts_.undecodable;
}

void Consumer::OnBatch(ByteSpan payload, std::string* out) {
  if (!batch_.Parse(payload).ok()) {
    ++counts_.undecodable;
    return;
  }
  for (size_t i = 0; i < batch_.size(); ++i) {
    const schema::BatchView::Entry entry = batch_.entry(i);
    if (const auto* gap = std::get_if<schema::Gap>(&entry)) {
      OnGap(batch_.gateway(), batch_.stream(), {gap->first, gap->last},
            schema::GapReasonName(gap->reason), out);
    } else {
      OnEvent(std::get<ByteSpan>(entry), out);
    }
  }
}

void Consumer::OnEvent(ByteSpan event, std::string* out) {
  if (!view_.Parse(event).ok()) {
    ++counts_.undecodable;
  } else if (Takes(view_.gateway(), view_.stream(), view_.offset(), out)) {
    AppendEventLine(view_, out);
  }
}

bool Consumer::Takes(std::string_view gateway, std::string_view stream, uint64_t offset,
                     std::string* out) {
  if (!OffsetTracker::IsPlausible(gateway, stream, {offset, offset})) {
    ++counts_.undecodable;
    return false;
  }
  const OffsetTracker::Answer answer = tracker_.OnEvent(gateway, stream, offset);
  if (answer.verdict == OffsetTracker::Verdict::kDuplicate) {
    ++counts_.duplicates;
    return false;
  }
  ++counts_.events;
  if (answer.verdict == OffsetTracker::Verdict::kLate) ++counts_.late;
  if (answer.verdict == OffsetTracker::Verdict::kAfterHole) {
    ++counts_.gaps;
    AppendGapLine(gateway, stream, answer.hole.first, answer.hole.last, kHoleReason, out);
  }
  return true;
}

void Consumer::OnGap(std::string_view gateway, std::string_view stream, OffsetTracker::Range gap,
                     std::string_view reason, std::string* out) {
  if (!OffsetTracker::IsPlausible(gateway, stream, gap)) {
    ++counts_.undecodable;
    return;
  }
  const OffsetTracker::Answer answer = tracker_.OnGap(gateway, stream, gap);
  if (answer.verdict == OffsetTracker::Verdict::kDuplicate) return;
  if (answer.verdict == OffsetTracker::Verdict::kAfterHole) {
    ++counts_.gaps;
    AppendGapLine(gateway, stream, answer.hole.first, answer.hole.last, kHoleReason, out);
  }
  ++counts_.gaps;
  counts_.explained += gap.count();
  AppendGapLine(gateway, stream, gap.first, gap.last, reason, out);
}

void Consumer::OnJson(std::string_view text, std::string* out) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(text.data(), text.size()).get(document) != simdjson::SUCCESS) {
    ++counts_.undecodable;
    return;
  }
  simdjson::dom::array batch;
  if (document.get(batch) != simdjson::SUCCESS) return OnJsonEvent({document}, out);
  for (const simdjson::dom::element event : batch) OnJsonEvent({event}, out);
}

// Passed through, on one line; only its id is looked at.
void Consumer::OnJsonEvent(const JsonEvent& event, std::string* out) {
  const auto id = ParseId(event.Text("/id"));
  if (!id) {
    ++counts_.undecodable;
    return;
  }
  if (event.Text("/type") == schema::kGapType) {
    return OnGap(id->gateway, id->stream, {id->first, id->last}, event.Text("/data/reason"), out);
  }
  if (!Takes(id->gateway, id->stream, id->first, out)) return;
  *out += simdjson::minify(event.element);
  out->push_back('\n');
}

}  // namespace sluice::tools
