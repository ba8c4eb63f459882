#include "sim/replay_judge.h"

#include <algorithm>
#include <charconv>

namespace sluice::sim {
namespace {

using Kind = SentMessage::Kind;

constexpr std::string_view kLetters = "dead-letters";

}  // namespace

// As Process does.
void ReplayJudge::OnStarted() {
  const Scene& scene = file_.scene();
  knows_late_ = scene.age() >= LateProfileAge(scene.plan);
}

// The marks were turned, or their file is gone.
bool ReplayJudge::MayForget() const {
  return file_.scene().plan.has(Trouble::kRot) && file_.scene().plan.rots_slots;
}

ReplayJudge::Content ReplayJudge::ContentOf(const StoredRun& letter) {
  const Reading* const reading = file_.Find(letter.token);
  if (reading == nullptr) return {};
  const SentMessage& message = *reading->message;
  const std::string stream = message.topic.substr(0, message.topic.find('/'));
  if (!letter.letter.empty()) return {stream, {letter.token}};
  if (message.kind == Kind::kLate && knows_late_) return {stream, message.tokens};
  return {};
}

void ReplayJudge::OnAsked(const std::vector<StoredRun>& letters, bool again) {
  again_ = again;
  for (const StoredRun& letter : letters) {
    Case& one = cases_[letter.first];
    // The offset may have been given to another after an end.
    if (one.letter.token != letter.token || one.letter.letter != letter.letter) one = {letter};
    one.asked = true;
  }
}

std::vector<Token> ReplayJudge::OnReplayed(uint64_t letter, const std::string& stream,
                                           uint64_t first, uint64_t count) {
  const auto known = cases_.find(letter);
  if (known == cases_.end() || !known->second.asked) {
    file_.Broken(2, "letter {} is replayed, and nobody has asked for it", letter);
    return {};
  }
  Case& one = known->second;
  const bool may_be_again = MayForget() || (again_ && one.interrupted && !one.told);
  if (one.done && !may_be_again) {
    file_.Broken(2, "letter {} is replayed as {}/{}, and was as {}/{} before", letter, stream,
                 first, one.stream, one.first);
  }
  Content content = ContentOf(one.letter);
  if (content.tokens.size() != count || content.stream != stream) {
    file_.Broken(2, "letter {} becomes {} events in {}, and is {} of {}", letter, count, stream,
                 content.tokens.size(), content.stream);
    return {};
  }
  one.stream = stream;
  one.first = first;
  one.count = count;
  one.appended = true;
  one.done = one.unsure = false;
  return std::move(content.tokens);
}

void ReplayJudge::OnAnswered(uint64_t letter, std::string_view outcome) {
  Case& one = cases_[letter];
  LookAtOutcome(one, letter, outcome);
  one.asked = false;
  if (outcome == "handled") one.told = true;
  if (outcome != "replayed") return;
  one.done = one.told = true;
  if (!file_.IsReplayDurable(letter)) {
    file_.Broken(1, "letter {} is said to be replayed, and its events are not synced", letter);
  }
  for (uint64_t i = one.first; i < one.first + one.count; ++i) {
    file_.BookOf(one.stream)->at(i).told = true;
  }
}

void ReplayJudge::LookAtOutcome(const Case& one, uint64_t letter, std::string_view outcome) {
  bool is_so = false;
  if (outcome == "replayed") {
    is_so = one.appended && !one.done;
  } else if (outcome == "handled") {
    is_so = one.done || one.unsure;
  } else if (outcome == "failed") {
    is_so = !one.appended && ContentOf(one.letter).tokens.empty();
  } else if (outcome == "undecided") {
    is_so = one.interrupted;
  } else if (outcome == "waiting" || outcome == "no_letter") {
    is_so = !one.appended || one.done || one.unsure;
  }
  // Marks of a letter that was lost with its offset hold for the next one that is given it.
  if (is_so || file_.may_lose_end()) return;
  file_.Broken(2, "letter {} is said to be {}, and {}", letter, outcome,
               one.done       ? "was replayed before"
               : one.appended ? "was appended"
                              : "was not");
}

void ReplayJudge::OnEnded() {
  for (auto& [letter, one] : cases_) {
    one.interrupted |= one.asked;
    one.asked = false;
  }
}

void ReplayJudge::Look(const std::vector<StoredStream>& streams) {
  for (auto& [letter, one] : cases_) {
    if (one.appended && !one.done) LookAtRest(&one, streams);
  }
  stored_.clear();
  for (const StoredStream& stream : streams) {
    if (stream.name != kLetters) continue;
    for (const StoredRun& run : stream.runs) {
      if (run.gap_reason.empty()) stored_.insert(run.first);
    }
  }
}

// What an end of the process has left of a replay. What is not known of its stream may be anything.
void ReplayJudge::LookAtRest(Case* one, const std::vector<StoredStream>& streams) const {
  const auto stream = std::find_if(streams.begin(), streams.end(), [&](const StoredStream& stored) {
    return stored.name == one->stream;
  });
  one->unsure = true;
  if (stream == streams.end() || file_.may_lose_end() || file_.may_keep_torn_tail()) return;
  one->appended = stream->end > one->first;
  one->done = stream->end >= one->first + one->count;
  one->unsure = one->appended && !one->done;
}

void ReplayJudge::LookAtHandled(const HandledLetters& handled) {
  if (!handled.sound || MayForget()) return;
  for (const auto& [letter, one] : cases_) {
    if (!stored_.contains(letter)) continue;
    const bool is_marked = handled.Contains(letter);
    if (is_marked && !one.done && !one.unsure && !one.asked) {
      return file_.Broken(2, "letter {} is marked as handled, and nothing came of it", letter);
    }
    if (!is_marked && one.told) {
      return file_.Broken(2, "letter {} was told to be handled, and is on the list", letter);
    }
  }
}

}  // namespace sluice::sim
