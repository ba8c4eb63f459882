#include "sim/route_judge.h"

#include <algorithm>

namespace sluice::sim {

void RouteJudge::OnPublished(const std::string& route, uint64_t connection, size_t unanswered,
                             const std::vector<Entry>& entries) {
  const StreamBook* const book = file_.BookOf(entries.front().stream);
  if (book == nullptr || book->BitOf(route) == 0) {
    return file_.Broken(4, "{}/{} leaves by {}, which is no route of its stream",
                        entries.front().stream, entries.front().first, route);
  }
  for (const Entry& entry : entries) {
    if (!entry.gap_reason.empty()) LookAtGap(route, *book, entry);
  }
  Line& line = lines_[route];
  const uint64_t first = entries.front().first;
  if (line.connection == connection) return LookAtStep(route, line, *book, unanswered, entries);
  line.connection = connection;
  line.refused_firsts.clear();
  line.reach = entries.back().last + 1;
  const uint64_t done = Done(line, *book, book->BitOf(route));
  // A cursor that is damaged or cannot be read is begun anew, behind a gap that nobody has heard
  // of.
  if (file_.may_lose_end()) return;
  // Who takes no message large enough for a gap is not told.
  if (first <= done || file_.scene().plan.has(Trouble::kUpstreamLimits)) return;
  file_.Broken(3, "{} begins a connection at {}, and upstream is not done with {}", route, first,
               done);
}

void RouteJudge::LookAtStep(const std::string& route, Line& line, const StreamBook& book,
                            size_t unanswered, const std::vector<Entry>& entries) {
  const uint64_t first = entries.front().first;
  if (first < line.reach) return LookAtStepBack(route, line, book, unanswered, entries);
  const bool may_pass = file_.scene().plan.has(Trouble::kUpstreamLimits) ||
                        IsDoneWith(book, book.BitOf(route), line.reach, first);
  if (!may_pass) {
    file_.Broken(3, "{} goes on at {}, and {} was next", route, first, line.reach);
  }
  line.reach = entries.back().last + 1;
}

void RouteJudge::LookAtStepBack(const std::string& route, Line& line, const StreamBook& book,
                                size_t unanswered, const std::vector<Entry>& entries) {
  const uint64_t first = entries.front().first;
  const uint64_t end = entries.back().last + 1;
  if (unanswered > 0) {
    return file_.Broken(3, "{} goes back from {} to {}, and {} of its messages are not answered",
                        route, line.reach, first, unanswered);
  }
  if (line.replay_from == first) {
    file_.scene().situations.Reached("a route goes back on a connection for a replay");
    line.replay_from.reset();
    line.refused_firsts.clear();
    line.reach = end;
    return;
  }
  auto& firsts = line.refused_firsts;
  if (std::find(firsts.begin(), firsts.end(), first) != firsts.end()) {
    firsts.clear();
    line.reach = end;
    return;
  }
  const bool tells = std::all_of(entries.begin(), entries.end(),
                                 [](const Entry& entry) { return !entry.gap_reason.empty(); });
  if (tells && IsDoneWith(book, book.BitOf(route), first, end)) return;
  file_.Broken(3, "{} goes back from {} to {}, where nothing was refused", route, line.reach,
               first);
}

void RouteJudge::LookAtGap(const std::string& route, const StreamBook& book, const Entry& gap) {
  const auto is_refused = [&](uint64_t offset) {
    return offset < book.end() && (book.at(offset).refused & book.BitOf(route)) != 0;
  };
  bool may_be = false;
  if (gap.gap_reason == "evicted") {
    may_be = book.evicts();
  } else if (gap.gap_reason == "dropped") {
    may_be = book.drops();
  } else if (gap.gap_reason == "quarantined") {
    may_be = file_.may_be_damaged();
  } else if (gap.gap_reason == "expired") {
    may_be = book.expires(route);
  } else if (gap.gap_reason == "dead_lettered") {
    may_be = file_.scene().plan.has(Trouble::kUpstreamLimits);
    for (uint64_t i = gap.first; !may_be && is_refused(i); ++i) may_be = i == gap.last;
  }
  if (may_be) return;
  file_.Broken(2, "{} tells that {} to {} are {}, which they cannot be", route, gap.first, gap.last,
               gap.gap_reason);
}

void RouteJudge::OnAcknowledged(const std::string& route, const std::vector<Entry>& entries) {
  StreamBook* const book = file_.BookOf(entries.front().stream);
  if (book != nullptr) book->Pass(entries.front().first, entries.back().last, route);
}

void RouteJudge::OnRefused(const std::string& route, const std::vector<Entry>& entries,
                           bool for_good) {
  StreamBook* const book = file_.BookOf(entries.front().stream);
  if (book == nullptr) return;
  const uint64_t first = entries.front().first;
  if (!for_good) {
    lines_[route].refused_firsts.push_back(first);
    return;
  }
  book->Refuse(first, entries.back().last, route);
  book->Pass(first, entries.back().last, route);
}

bool RouteJudge::OnClosed(const std::string& route, const std::vector<Entry>& entries) {
  const uint64_t first = entries.front().first;
  if (entries.size() > 1 || ++lines_[route].closes[first] < kClosesThatRefuse) return false;
  OnRefused(route, entries, true);
  return true;
}

uint64_t RouteJudge::Done(Line& line, const StreamBook& book, uint8_t bit) {
  line.done = std::min(std::max(line.done, book.origin), book.end());
  while (line.done < book.end() && (book.at(line.done).passed & bit) != 0) ++line.done;
  return line.done;
}

bool RouteJudge::IsDoneWith(const StreamBook& book, uint8_t bit, uint64_t first,
                            uint64_t end) const {
  for (uint64_t i = first; i < std::min(end, book.end()); ++i) {
    if ((book.at(i).passed & bit) == 0) return false;
  }
  return true;
}

}  // namespace sluice::sim
