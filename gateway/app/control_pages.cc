#include "app/control_pages.h"

#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "app/control_answer.h"
#include "base/rfc3339.h"

namespace sluice::app {
namespace {

using ingest::ReplayedLetter;

// "1,2,17".
std::optional<std::vector<uint64_t>> ParseOffsets(std::string_view text) {
  std::vector<uint64_t> offsets;
  for (const char *at = text.data(), *const end = at + text.size();;) {
    uint64_t offset = 0;
    const auto [behind, error] = std::from_chars(at, end, offset);
    if (error != std::errc()) return std::nullopt;
    offsets.push_back(offset);
    if (behind == end) return offsets;
    if (*behind != ',') return std::nullopt;
    at = behind + 1;
  }
}

void WriteLetter(const ReplayedLetter& letter, JsonWriter* json) {
  json->BeginObject();
  json->Member("offset", letter.offset);
  json->Member("outcome", ingest::OutcomeName(letter.outcome));
  if (letter.outcome == ReplayedLetter::Outcome::kReplayed) {
    json->Member("stream", std::string_view(letter.stream));
    json->Member("first", letter.first);
    json->Member("events", letter.count);
  }
  if (letter.outcome == ReplayedLetter::Outcome::kFailed) {
    json->Member("reason", std::string_view(letter.reason));
    json->Member("text", std::string_view(letter.text));
  }
  json->EndObject();
}

http::Response BatchPage(const ingest::ReplayBatch& batch, int status) {
  return JsonLine(status, [&](JsonWriter& json) {
    json.Member("batch", batch.number);
    json.Member("running", batch.running);
    json.Member("stopped", std::string_view(batch.stopped));
    json.Key("letters");
    json.BeginArray();
    // What is under way may come out otherwise.
    for (const ReplayedLetter& letter : batch.letters) {
      if (!batch.running) WriteLetter(letter, &json);
    }
    json.EndArray();
  });
}

http::Response BeginLetterReplay(ingest::LetterReplay& replay, const admin::Form& form) {
  const Status known = form.ExpectOnly({"offsets", "again"});
  if (!known.ok()) return Refuse(known);
  const std::string* const text = form.Find("offsets");
  const auto offsets = text == nullptr ? std::nullopt : ParseOffsets(*text);
  if (!offsets) return Refuse(kBadRequest, "say which letters, as in offsets=3,17");
  const auto begun = replay.Begin(*offsets, form.Find("again") != nullptr);
  return begun.ok() ? BatchPage(replay.batch(), kAccepted) : Refuse(begun.status());
}

http::Response ReportPage(const ReplayReport& report, int status) {
  return JsonLine(status, [&](JsonWriter& json) {
    json.Member("replay", report.number);
    json.Member("running", report.running);
    json.Member("failed", std::string_view(report.failed));
    json.Member("stream", std::string_view(report.stream));
    json.Member("from", report.from);
    json.Member("to", report.to);
    json.Member("events", report.to - report.from);
    json.Key("oldest");
    if (report.oldest) {
      json.ValueFrom([&](std::string* out) { AppendRfc3339Millis(*report.oldest, out); });
    } else {
      json.Null();
    }
  });
}

http::Response BeginRouteReplay(RouteReplay& replay, const admin::Form& form) {
  const Status known = form.ExpectOnly({"route", "from", "dry_run"});
  if (!known.ok()) return Refuse(known);
  const std::string* const route = form.Find("route");
  const std::string* const from = form.Find("from");
  if (route == nullptr || from == nullptr) {
    return Refuse(kBadRequest, "say which route, and from where");
  }
  ReplayRequest request{.route = *route, .dry_run = form.Find("dry_run") != nullptr};
  const auto offsets = ParseOffsets(*from);
  if (offsets && offsets->size() == 1) {
    request.from = offsets->front();
  } else if (const auto time = ParseDateTime(*from, true)) {
    request.from = *time;
  } else {
    return Refuse(kBadRequest, "from is an offset, or a time as in 2026-11-26T14:00:00Z");
  }
  const auto begun = replay.Begin(request);
  return begun.ok() ? ReportPage(replay.report(), kAccepted) : Refuse(begun.status());
}

void AddRouteReplay(RouteReplay& replay, std::vector<admin::ControlPage>* pages) {
  pages->push_back({http::Method::kPost, "/routes/replay",
                    [&replay](const admin::Form& form) { return BeginRouteReplay(replay, form); }});
  pages->push_back({http::Method::kGet, "/routes/replay",
                    [&replay](const admin::Form&) { return ReportPage(replay.report(), kOk); }});
}

}  // namespace

std::vector<admin::ControlPage> ControlPages(Gateway& gateway, RouteReplay& route_replay) {
  std::vector<admin::ControlPage> pages;
  AddRouteReplay(route_replay, &pages);
  ingest::LetterReplay* const replay = gateway.letter_replay();
  if (replay != nullptr) {
    pages.push_back(
        {http::Method::kPost, "/dead-letters/replay",
         [replay](const admin::Form& form) { return BeginLetterReplay(*replay, form); }});
    pages.push_back({http::Method::kGet, "/dead-letters/replay",
                     [replay](const admin::Form&) { return BatchPage(replay->batch(), kOk); }});
  }
  return pages;
}

}  // namespace sluice::app
