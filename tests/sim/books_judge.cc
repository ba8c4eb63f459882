#include "sim/books_judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/counter_judge.h"

namespace sluice::sim {
namespace {

uint64_t Count(std::string_view metrics, std::string_view metric, std::string_view label) {
  return static_cast<uint64_t>(SumOf(metrics, metric, label));
}

std::string Label(std::string_view key, std::string_view value) {
  return fmt::format("{}=\"{}\"", key, value);
}

}  // namespace

uint8_t BooksJudge::MarkOf(const Entry& entry, bool refused) {
  if (entry.gap_reason.empty()) return refused ? kDeadLettered : kAcknowledged;
  if (entry.gap_reason == "dead_lettered") return kDeadLettered;
  return entry.gap_reason == "expired" ? kExpired : kEvicted;
}

// Of a message that is refused what had expired becomes a dead letter, too, or expires once more.
void BooksJudge::OnSettled(const std::string& route, const std::vector<Entry>& entries,
                           bool refused) {
  for (const Entry& entry : entries) {
    const StreamBook* const book = file_.BookOf(entry.stream);
    if (book == nullptr) continue;
    const bool is_letter = refused && entry.gap_reason == "expired";
    const uint8_t mark = MarkOf(entry, refused) | (is_letter ? kDeadLettered : 0);
    const uint64_t end = std::min(entry.last + 1, book->end());
    for (uint64_t i = entry.first; i < end; ++i) marks_.At(route, entry.stream, i) |= mark;
  }
}

void BooksJudge::CheckAccounted(std::string_view metrics) {
  for (StreamBook& book : file_.books()) {
    const std::string stream = Label("stream", book.name());
    const uint64_t accepted = Count(metrics, "sluice_stream_accepted_events_total", stream);
    if (!book.takes_letters() && accepted != book.end()) {
      return file_.Broken(2, "{} says it has accepted {}, and {} were", book.name(), accepted,
                          book.end());
    }
    for (const std::string& route : book.routes()) CheckRoute(metrics, book, route);
  }
}

void BooksJudge::CheckRoute(std::string_view metrics, StreamBook& book, const std::string& route) {
  const std::string label = Label("route", route);
  uint64_t sum = 0;
  for (const char* const term :
       {"acknowledged_events_total", "pending_events", "dead_lettered_events_total",
        "expired_events_total", "evicted_events_total"}) {
    sum += Count(metrics, fmt::format("sluice_route_{}", term), label);
  }
  // What was replayed is counted as often as it has passed.
  const uint64_t replayed = Count(metrics, "sluice_route_replayed_events_total", label);
  if (replayed > sum)
    return file_.Broken(2, "{} says it has replayed {} of {}", route, replayed, sum);
  sum -= replayed;
  // A route whose place was damaged begins anew.
  if (sum > book.end() || (sum < book.end() && !file_.may_be_damaged())) {
    return file_.Broken(2, "{} accounts for {} events, and {} were accepted", route, sum,
                        book.end());
  }
  // Who takes no message large enough for a gap is not told.
  if (file_.scene().plan.has(Trouble::kUpstreamLimits) || replayed > 0) return;
  const auto marks = marks_.routes().find(route);
  if (marks == marks_.routes().end()) return;
  const uint64_t origin = book.end() - sum;
  CheckTerm(metrics, route, marks->second, origin, "acknowledged", kAcknowledged);
  CheckTerm(metrics, route, marks->second, origin, "dead_lettered", kDeadLettered);
  CheckTerm(metrics, route, marks->second, origin, "expired", kExpired);
  CheckTerm(metrics, route, marks->second, origin, "evicted", kEvicted);
}

// What was settled twice, for want of an answer, may be counted as either.
void BooksJudge::CheckTerm(std::string_view metrics, const std::string& route,
                           const RouteMarks::Route& marks, uint64_t origin, std::string_view term,
                           uint8_t mark) {
  uint64_t least = 0, most = 0;
  for (uint64_t i = origin; i < marks.end; ++i) {
    least += marks.at[i] == mark;
    most += (marks.at[i] & mark) != 0;
  }
  const uint64_t counted =
      Count(metrics, fmt::format("sluice_route_{}_events_total", term), Label("route", route));
  if (least <= counted && counted <= most) return;
  file_.Broken(2, "{} counts {} events as {}, and upstream knows of {} to {}", route, counted, term,
               least, most);
}

}  // namespace sluice::sim
