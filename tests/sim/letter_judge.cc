#include "sim/letter_judge.h"

#include <algorithm>
#include <chrono>

namespace sluice::sim {
namespace {

constexpr std::string_view kStream = "dead-letters";
constexpr std::string_view kTold = "dead_lettered";
// What the upstreams of this world say, and what a route knows without asking them.
constexpr std::string_view kUpstreamsWords = "0x99 Payload format invalid";
constexpr std::string_view kTooLarge = "0x95 Packet too large";
constexpr std::string_view kEndsTheConnection = "0x83 upstream ends the connection at it";
constexpr std::string_view kBreaksTheRules =
    "0x83 upstream answers it with what breaks the rules of the protocol";

}  // namespace

void LetterJudge::Note(const std::string& route, const Entry& entry, Mark mark) {
  const StreamBook* const book = file_.BookOf(entry.stream);
  if (book == nullptr) return;
  const uint64_t end = std::min(entry.last + 1, book->end());
  for (uint64_t i = entry.first; i < end; ++i) marks_.At(route, entry.stream, i) |= mark;
}

void LetterJudge::OnKept(const Letter& letter) {
  file_.scene().trace.Note("a letter of {} is kept: {}", LetterKey(letter), letter.text);
  const StreamBook* const book = file_.BookOf(letter.stream);
  const bool is_known =
      book != nullptr && book->BitOf(letter.route) != 0 && letter.offset < book->end();
  // A bit that turns before the sync makes a letter of something else of it.
  const bool may_rot = file_.scene().plan.has(Trouble::kRot);
  if (!is_known && may_rot) return;
  kept_.emplace(letter.place, LetterKey(letter));
  if (!is_known) {
    return file_.Broken(2, "a dead letter of {}, which there is not", LetterKey(letter));
  }
  uint8_t& marks = marks_.At(letter.route, letter.stream, letter.offset);
  if (!may_rot) LookAtContent(letter, marks);
  LookAtDelay(letter);
  marks |= kKept;
}

void LetterJudge::LookAtDelay(const Letter& letter) {
  // For many of them, and their commits.
  constexpr Duration kPatience = std::chrono::seconds(10);
  const auto refused = refused_at_.find({letter.route, letter.offset});
  // Where an earlier message has no answer yet, this one is not looked at.
  const bool is_slow = file_.scene().plan.has(Trouble::kUpstreamSlow);
  if (!file_.scene().calm() || refused == refused_at_.end() || is_slow) return;
  const Duration since = std::max({refused->second, started_, file_.scene().plan.length});
  const Duration waited = file_.scene().age() - since;
  if (waited <= kPatience) return;
  file_.Broken(2, "the dead letter of {} has waited for {} ms, and nothing was in its way",
               LetterKey(letter),
               std::chrono::duration_cast<std::chrono::milliseconds>(waited).count());
}

void LetterJudge::LookAtContent(const Letter& letter, uint8_t marks) {
  if (letter.reason != "refused_by_uplink") {
    file_.Broken(2, "the dead letter of {} gives {} as its reason", LetterKey(letter),
                 letter.reason);
  }
  if (!IsRight(letter.text, marks)) {
    file_.Broken(2, "{} is a dead letter because of \"{}\", which upstream has not said of it",
                 LetterKey(letter), letter.text);
  }
  const Token token = file_.BookOf(letter.stream)->at(letter.offset).token;
  if (token == letter.token || (letter.is_cut && letter.token == 0)) return;
  file_.Broken(2, "the dead letter of {} holds {:x} instead of {:x}", LetterKey(letter),
               letter.token, token);
}

bool LetterJudge::IsRight(std::string_view text, uint8_t marks) const {
  if (text == kUpstreamsWords) return (marks & kRefused) != 0;
  if (text == kEndsTheConnection) return (marks & kClosed) != 0;
  if (text == kBreaksTheRules) return (marks & kBroken) != 0;
  return text == kTooLarge && file_.scene().plan.has(Trouble::kUpstreamLimits);
}

void LetterJudge::OnArrived(const std::string& route, const std::vector<Entry>& entries) {
  LookAtTold(route, entries);
}

void LetterJudge::OnAcknowledged(const std::string& route, const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) {
    if (entry.gap_reason != kTold) Note(route, entry, kPassed);
    if (entry.gap_reason.empty()) refused_at_.erase({route, entry.first});
  }
}

// Who refuses a gap, too, is not told of it. What has expired is stored all the same, and goes the
// way of the events that were refused with it.
void LetterJudge::OnRefused(const std::string& route, const std::vector<Entry>& entries) {
  LookAtTold(route, entries);
  for (const Entry& entry : entries) {
    if (entry.gap_reason == kTold) continue;
    const bool is_event = entry.gap_reason.empty();
    if (is_event) refused_at_[{route, entry.first}] = file_.scene().age();
    if (is_event || entry.gap_reason == "expired") Note(route, entry, kRefused);
    if (!is_event) Note(route, entry, kPassed);
  }
}

// The last end of several is the one that a letter speaks of, and any may have been the last.
void LetterJudge::OnClosed(const std::string& route, const std::vector<Entry>& entries,
                           bool broke_rules) {
  if (entries.size() != 1) return;
  Note(route, entries.front(), kClosed);
  if (broke_rules) Note(route, entries.front(), kBroken);
}

// Whoever tells has it in hand.
void LetterJudge::LookAtTold(const std::string& route, const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) {
    if (entry.gap_reason != kTold) continue;
    for (uint64_t i = entry.first; i <= entry.last; ++i) {
      if ((marks_.At(route, entry.stream, i) & kKept) != 0) continue;
      return file_.Broken(2, "{} tells that {}/{} is a dead letter, and no such one is synced",
                          route, entry.stream, i);
    }
  }
}

void LetterJudge::LookAtRefused() {
  for (const auto& [route, marks] : marks_.routes()) {
    const StreamBook* const book = file_.BookOf(marks.stream);
    if (book == nullptr || MayPassUntold(marks.stream)) continue;
    const uint64_t end = std::min(book->end(), marks.end);
    for (uint64_t i = book->origin; i < end; ++i) {
      if ((marks.at[i] & (kRefused | kPassed | kKept)) != kRefused) continue;
      return file_.Broken(2, "{} was refused {}/{} for good and is done with it without a letter",
                          route, marks.stream, i);
    }
  }
}

// Where even a gap is too large for upstream, nobody is told of what was evicted or lost meanwhile.
bool LetterJudge::MayPassUntold(const std::string& stream) const {
  return file_.scene().plan.has(Trouble::kUpstreamLimits) &&
         (file_.BookOf(stream)->evicts() || file_.may_be_damaged());
}

void LetterJudge::Look(const std::vector<StoredStream>& streams) {
  for (const StoredStream& stored : streams) {
    if (stored.name == kStream) LookAtStored(stored);
  }
}

void LetterJudge::LookAtStored(const StoredStream& letters) {
  auto kept = kept_.lower_bound(letters.first);
  if (kept != kept_.begin() && !file_.may_be_damaged()) {
    return file_.Broken(2, "the dead letter of {} was kept, and the stream begins at {}",
                        kept_.begin()->second, letters.first);
  }
  for (const StoredRun& run : letters.runs) {
    if (!run.gap_reason.empty()) {
      kept = kept_.erase(kept, kept_.upper_bound(run.last));
      continue;
    }
    const auto end = kept_.upper_bound(run.first);
    const bool is_here = kept == end || std::any_of(kept, end, [&](const auto& letter) {
                           return letter.second == run.letter;
                         });
    if (!is_here) {
      return file_.Broken(2, "the dead letter of {} was kept, and its place {} holds \"{}\"",
                          kept->second, kept->first, run.letter);
    }
    kept = end;
  }
  if (kept != kept_.end() && !file_.may_lose_end() && !file_.may_keep_torn_tail()) {
    file_.Broken(2, "the dead letter of {} was kept at {}, and the stream ends at {}", kept->second,
                 kept->first, letters.end);
  }
  kept_.erase(kept, kept_.end());
}

}  // namespace sluice::sim
