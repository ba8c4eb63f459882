#include "tools/letter_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/base64.h"
#include "base/json_writer.h"
#include "base/rfc3339.h"
#include "base/utf8.h"
#include "schema/cloudevents_json.h"
#include "tools/plain_text.h"

namespace sluice::tools {
namespace {

using Kind = schema::DeadLetter::Kind;

// Behind what was wrong at first.
std::string_view StateOf(const Letter& letter) {
  using What = journal::ReplayNotes::What;
  if (letter.handled) return " (handled)";
  if (letter.replay == nullptr) return "";
  switch (letter.replay->what) {
    case What::kBegun:
      return " (being replayed)";
    case What::kUndecided:
      return " (undecided: its replay may have made events of it)";
    case What::kFailed:
      return " (replayed, and failed again)";
  }
  return "";
}

std::string_view ReplayName(const Letter& letter) {
  using What = journal::ReplayNotes::What;
  const What what = letter.replay->what;
  return what == What::kFailed ? "failed" : what == What::kBegun ? "begun" : "undecided";
}

std::string TimeText(WallTime time) {
  std::string text;
  AppendRfc3339Millis(time, &text);
  return text;
}

// A topic or name is never empty in a line of words.
std::string Word(std::string_view text) { return text.empty() ? "-" : OneLine(text); }

// What is kept as text, if it is plain text; of a cut one but for a character that was cut.
std::optional<std::string_view> KeptText(const schema::DeadLetter& content) {
  const std::string_view text = AsText(content.kept);
  const size_t most = content.IsTruncated() ? std::min<size_t>(3, text.size()) : 0;
  for (size_t cut = 0; cut <= most; ++cut) {
    const std::string_view whole = text.substr(0, text.size() - cut);
    if (IsPlainText(whole)) return whole;
  }
  return std::nullopt;
}

// The event that upstream refused, if all of it is kept.
bool ParseOriginal(const Letter& letter, schema::EventView* original) {
  return letter.event != nullptr && letter.content.kind == Kind::kEvent &&
         !letter.content.IsTruncated() && original->Parse(letter.content.kept).ok();
}

void WriteSummary(const Letter& letter, JsonWriter* json) {
  const schema::DeadLetter& content = letter.content;
  json->Member("offset", letter.offset);
  json->MemberFrom("time", [&](std::string* to) { AppendRfc3339Millis(letter.time, to); });
  json->Member("reason", content.reason_name);
  json->Member("text", content.text);
  json->Member("kind", content.kind == Kind::kEvent ? "event" : "message");
  json->Member("device", letter.device());
  json->Member("identity", letter.identity());
  json->Member("topic", letter.topic());
  if (letter.event != nullptr && !letter.event->profile().empty()) {
    json->Member("profile", letter.event->profile());
  }
  if (content.kind == Kind::kEvent) {
    json->Member("route", content.route);
    json->Member("event_id", content.event_id);
  }
  json->Member("bytes", content.original_bytes);
  json->Member("kept_bytes", uint64_t{content.kept.size()});
  json->Member("handled", letter.handled);
  if (letter.replay != nullptr) json->Member("replay", ReplayName(letter));
}

void WriteRest(const Letter& letter, JsonWriter* json) {
  if (letter.event == nullptr) return;
  json->Member("time_source", schema::TimeSourceName(letter.event->time_source()));
  if (!letter.event->traceparent().empty())
    json->Member("traceparent", letter.event->traceparent());
  schema::WriteAttributes(*letter.event, json);
}

void WriteKept(const Letter& letter, JsonWriter* json) {
  if (const auto text = KeptText(letter.content)) {
    json->Member("payload", *text);
  } else {
    json->MemberFrom("payload_base64",
                     [&](std::string* to) { AppendBase64(letter.content.kept, to); });
  }
}

template <typename... Args>
void Line(std::string* out, std::string_view name, fmt::format_string<Args...> format,
          Args&&... args) {
  fmt::format_to(std::back_inserter(*out), "  {:<9} ", name);
  fmt::format_to(std::back_inserter(*out), format, std::forward<Args>(args)...);
  *out += '\n';
}

constexpr std::string_view kClocks[] = {"by the gateway's clock, which was not set",
                                        "by the gateway's clock", "by the device's clock"};

void AppendOrigin(const Letter& letter, std::string* out) {
  const schema::EventView& event = *letter.event;
  Line(out, "time", "{}, {}", TimeText(letter.time),
       kClocks[static_cast<size_t>(event.time_source())]);
  Line(out, "device", "{}", Word(event.device()));
  Line(out, "publisher", "{}", Word(event.identity()));
  Line(out, "topic", "{}", OneLine(event.topic(), SIZE_MAX));
  if (!event.profile().empty()) Line(out, "profile", "{}", OneLine(event.profile()));
  if (!event.traceparent().empty()) Line(out, "trace", "{}", OneLine(event.traceparent()));
  if (letter.content.kind != Kind::kEvent) return;
  Line(out, "route", "{}", Word(letter.content.route));
  Line(out, "event", "{}", Word(letter.content.event_id));
}

void AppendText(std::string_view text, std::string* out) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    *out += "  | ";
    *out += text.substr(0, end);
    *out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void AppendKept(const Letter& letter, size_t max_bytes, std::string* out) {
  const schema::DeadLetter& content = letter.content;
  const size_t most = max_bytes == 0 ? SIZE_MAX : max_bytes;
  Line(out, content.kind == Kind::kEvent ? "buffer" : "payload", "{} bytes{}",
       content.original_bytes,
       content.IsTruncated() ? fmt::format(", of which {} are kept", content.kept.size()) : "");
  if (const auto text = KeptText(content)) {
    AppendText(CutUtf8(*text, most), out);
  } else {
    AppendHexDump(content.kept.first(std::min(content.kept.size(), most)), out);
  }
  if (content.kept.size() > most) {
    fmt::format_to(std::back_inserter(*out), "  … {} bytes more, see --bytes\n",
                   content.kept.size() - most);
  }
}

}  // namespace

void AppendLetterLine(const Letter& letter, std::string* out) {
  fmt::format_to(std::back_inserter(*out), "{} {} {} {} {}: {}{}\n", letter.offset,
                 TimeText(letter.time), Word(letter.content.reason_name), Word(letter.device()),
                 Word(letter.topic()), OneLine(letter.content.text), StateOf(letter));
}

void AppendLetterJson(const Letter& letter, std::string* out) {
  JsonWriter json(out);
  json.BeginObject();
  WriteSummary(letter, &json);
  json.EndObject();
  *out += '\n';
}

void AppendLetter(const Letter& letter, size_t max_bytes, schema::EventView* original,
                  std::string* out) {
  fmt::format_to(std::back_inserter(*out), "letter {}{}\n", letter.offset, StateOf(letter));
  Line(out, "reason", "{}: {}", Word(letter.content.reason_name),
       OneLine(letter.content.text, SIZE_MAX));
  if (letter.event != nullptr) AppendOrigin(letter, out);
  if (!ParseOriginal(letter, original)) return AppendKept(letter, max_bytes, out);
  std::string json;
  schema::AppendEventJson(*original, &json);
  *out += "  " + PlainJson(json) + '\n';
}

void AppendWholeLetterJson(const Letter& letter, schema::EventView* original, std::string* out) {
  JsonWriter json(out);
  json.BeginObject();
  WriteSummary(letter, &json);
  WriteRest(letter, &json);
  if (ParseOriginal(letter, original)) {
    // An object of another writer stands in place of a value of this one.
    *out += ",\"event\":";
    schema::AppendEventJson(*original, out);
  } else {
    WriteKept(letter, &json);
  }
  json.EndObject();
  *out += '\n';
}

}  // namespace sluice::tools
