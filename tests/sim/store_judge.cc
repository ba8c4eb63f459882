#include "sim/store_judge.h"

#include <algorithm>
#include <optional>
#include <string>

namespace sluice::sim {
namespace {

std::string LetterOr(const std::optional<uint64_t>& letter, const char* none) {
  return letter ? std::to_string(*letter) : none;
}

}  // namespace

void StoreJudge::OnArrived(const std::vector<Entry>& entries) {
  saw_upstream_ = true;
  for (const Entry& entry : entries) {
    if (!entry.gap_reason.empty()) continue;
    StreamBook* const book = file_.BookOf(entry.stream);
    if (book == nullptr || entry.first >= book->end()) {
      return file_.Broken(8, "{}/{} arrives upstream and was never accepted", entry.stream,
                          entry.first);
    }
    Fate& fate = book->at(entry.first);
    if (fate.token == 0) {
      fate.token = entry.token;
      fate.replay_of = entry.replay_of;
    }
    if (fate.token != entry.token) {
      return file_.Broken(4, "{}/{} is reading {:x}, and arrives upstream as {:x}", entry.stream,
                          entry.first, fate.token, entry.token);
    }
    if (fate.replay_of != entry.replay_of) {
      return file_.Broken(4, "{}/{} arrives upstream as a replay of {}, and is one of {}",
                          entry.stream, entry.first, LetterOr(entry.replay_of, "none"),
                          LetterOr(fate.replay_of, "none"));
    }
    fate.seen = true;
    LookAtReading(entry, fate);
  }
}

// (8) Synced before it left, (9) and the device's that was measured.
void StoreJudge::LookAtReading(const Entry& entry, const Fate& fate) {
  Reading* const reading = file_.Find(entry.token);
  if (reading == nullptr) return;
  // A tail that an opening can neither rewrite nor sync counts as committed all the same
  // (simulate.md).
  const bool may_fail = file_.scene().plan.has(Trouble::kSyncErrors);
  const bool is_synced = fate.replay_of ? file_.IsReplayDurable(*fate.replay_of)
                                        : file_.IsDurable(entry.token, *reading);
  if (!may_fail && !is_synced) {
    file_.Broken(8, "{}/{} arrives upstream and is not synced", entry.stream, entry.first);
  }
  if (entry.device != reading->device()) {
    file_.Broken(9, "{}/{} is of {}, and arrives upstream as of {}", entry.stream, entry.first,
                 reading->device(), entry.device);
  }
}

void StoreJudge::LookAtPassed() {
  // Who takes no message large enough for a gap is not told.
  if (!saw_upstream_ || file_.scene().plan.has(Trouble::kUpstreamLimits)) return;
  for (StreamBook& book : file_.books()) {
    for (uint64_t i = book.origin; i < book.end() && !book.takes_letters(); ++i) {
      if (book.passed_by_all(i)) continue;
      return file_.Broken(2, "{}/{} is done with, and upstream has neither it nor a gap",
                          book.name(), i);
    }
  }
}

void StoreJudge::Look(const std::vector<StoredStream>& streams) {
  for (const StoredStream& stored : streams) {
    StreamBook* const book = file_.BookOf(stored.name);
    if (book == nullptr) continue;
    LookAtEnd(*book, stored);
    LookAtFront(*book, stored);
    LookAtRuns(*book, stored);
  }
}

void StoreJudge::LookAtEnd(StreamBook& book, const StoredStream& stored) {
  for (uint64_t i = stored.end; i < book.end(); ++i) LookAtLost(book, i, stored.end);
  if (stored.end > book.end() && !book.takes_letters() && !file_.may_be_damaged()) {
    file_.Broken(2, "{} ends at {}, and only {} were accepted", book.name(), stored.end,
                 book.end());
  }
  book.SetEnd(stored.end);
  book.end_is_known = true;
}

// `offset` is not stored any more, and will be given again.
void StoreJudge::LookAtLost(StreamBook& book, uint64_t offset, uint64_t end) {
  if (file_.may_lose_end()) return;
  const Fate& fate = book.at(offset);
  if (fate.seen) {
    return file_.Broken(4, "{}/{} was seen outside and is not stored any more", book.name(),
                        offset);
  }
  if (fate.told) {
    return file_.Broken(2, "{}/{} was told to be the replay of letter {}, and is lost", book.name(),
                        offset, fate.replay_of.value_or(0));
  }
  const Reading* const reading = file_.Find(fate.token);
  if (reading == nullptr || !reading->acknowledged || !book.commits()) return;
  // Of a replay there still is the letter.
  if (fate.replay_of || file_.HasPlaceBelow(fate.token, book, end)) return;
  file_.Broken(1, "reading {:x} was acknowledged and is lost: {} ends at {}, it was {}", fate.token,
               book.name(), end, offset);
}

void StoreJudge::LookAtFront(StreamBook& book, const StoredStream& stored) {
  // What is too large for an upstream, and the gap in its place, is passed without a word there.
  const bool is_known = !file_.scene().plan.has(Trouble::kUpstreamLimits);
  if (!book.takes_letters() && !file_.may_be_damaged() && is_known) {
    for (uint64_t i = book.first; i < std::min(stored.first, book.end()); ++i) {
      if (book.passed_by_all(i)) continue;
      return file_.Broken(2, "{}/{} was deleted before all routes were done with it", book.name(),
                          i);
    }
  }
  book.first = stored.first;
}

void StoreJudge::LookAtRuns(StreamBook& book, const StoredStream& stored) {
  uint64_t next = stored.first;
  for (const StoredRun& run : stored.runs) {
    if (run.first != next) {
      return file_.Broken(2, "{} has a hole from {} to {}", book.name(), next, run.first);
    }
    next = run.last + 1;
    if (!run.gap_reason.empty()) {
      LookAtGap(book, run);
      continue;
    }
    Fate& fate = book.at(run.first);
    if (fate.token == 0) fate.token = run.token;
    if (fate.token != run.token && !book.takes_letters()) {
      return file_.Broken(2, "{}/{} was accepted as {:x} and is stored as {:x}", book.name(),
                          run.first, fate.token, run.token);
    }
  }
  if (next != stored.end) file_.Broken(0, "the account of {} ends at {}", book.name(), next);
}

void StoreJudge::LookAtGap(StreamBook& book, const StoredRun& gap) {
  // A file in front of it could not be removed with those that all routes had passed.
  if (PassedByAll(book, gap)) return;
  if (!MayHave(book, gap.gap_reason)) {
    return file_.Broken(2, "{} has lost {} to {}: {}", book.name(), gap.first, gap.last,
                        gap.gap_reason);
  }
  if (gap.gap_reason != "dropped") return;
  for (uint64_t i = gap.first; i <= gap.last; ++i) {
    if (!book.at(i).seen) continue;
    return file_.Broken(4, "{}/{} was seen outside and is stored as dropped", book.name(), i);
  }
}

bool StoreJudge::PassedByAll(const StreamBook& book, const StoredRun& run) {
  for (uint64_t i = run.first; i <= run.last; ++i) {
    if (!book.passed_by_all(i)) return false;
  }
  return true;
}

bool StoreJudge::MayHave(const StreamBook& book, const std::string& gap_reason) const {
  if (gap_reason == "evicted") return book.evicts();
  if (gap_reason == "dropped") return book.drops();
  return file_.may_be_damaged() || file_.may_keep_torn_tail();
}

}  // namespace sluice::sim
