#include "sim/caretaker.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "sim/handled_account.h"
#include "sim/journal_account.h"

namespace sluice::sim {

using Outcome = ingest::ReplayedLetter::Outcome;
using std::chrono::milliseconds;
using std::chrono::seconds;

Caretaker::Caretaker(Scene& scene, Process& process, const Disk& disk, Witness& witness)
    : scene_(scene),
      process_(process),
      disk_(disk),
      witness_(witness),
      random_(scene.RandomFor("caretaker")),
      whims_(scene, random_),
      answer_timer_(scene.scheduler.NewTimer([this] { LookForAnswer(); })),
      end_timer_(scene.scheduler.NewTimer([this] { EndProcess(); })),
      rest_timer_(scene.scheduler.NewTimer([this] { ReplayTheRest(); })) {}

void Caretaker::Begin() {
  whims_.Add(Trouble::kLetterReplays, seconds(8), [this] {
    if (random_.Below(3) == 0 || IsAnyStreamFull()) Replay();
  });
}

bool Caretaker::IsAnyStreamFull() const {
  if (!process_.up()) return false;
  const auto& streams = process_.gateway().journal().streams();
  return std::any_of(streams.begin(), streams.end(), [](const auto& stream) {
    return stream->spare_bytes() < stream->max_bytes() / 8;
  });
}

// What is handled is on the list only if `all`.
Caretaker::Letters Caretaker::List(bool all) const {
  Letters letters =
      std::move(ReadJournal(disk_.medium(), kDataDirectory, {"dead-letters"}).front().runs);
  const HandledLetters handled = ReadHandledLetters(disk_.medium(), kDataDirectory);
  std::erase_if(letters, [&](const StoredRun& letter) {
    return !letter.gap_reason.empty() || (!all && handled.Contains(letter.first));
  });
  return letters;
}

Caretaker::Letters Caretaker::Choose() {
  Letters letters = List(random_.Below(8) == 0);
  if (letters.empty()) return letters;
  const size_t from = random_.Below(letters.size());
  switch (random_.Below(4)) {
    case 0:  // a few of the last
      letters.erase(letters.begin(), letters.begin() + static_cast<ptrdiff_t>(from));
      if (letters.size() > 5) letters.resize(1 + random_.Below(5));
      break;
    case 1:  // by their kind
      std::erase_if(letters, [is_event = random_.Below(2) == 0](const StoredRun& letter) {
        return letter.letter.empty() == is_event;
      });
      break;
    default:
      break;
  }
  return letters;
}

void Caretaker::Replay() {
  if (IsBusy() || !process_.up() || process_.paused()) return;
  left_ = Choose();
  again_ = random_.Below(8) == 0;
  twice_ = random_.Below(6) == 0;
  if (!Ask() || random_.Below(3) > 0) return;
  end_timer_.Start(Between(random_, Duration(0), milliseconds(15)));
}

// In the calm: until no letter is left that can be replayed.
void Caretaker::ReplayTheRest() {
  unsettled_ = "dead letters wait to be replayed";
  rest_timer_.Start(seconds(2));
  if (IsBusy() || !process_.up() || process_.paused()) return;
  if (process_.LacksProfiles()) return Restart();
  // Nobody knows any more which of them are handled, and that is what the gateway says.
  const bool is_lost = scene_.plan.has(Trouble::kRot) || scene_.plan.has(Trouble::kBadPages);
  if (left_.empty() || (is_lost && ++tries_ > 20)) {
    rest_timer_.Stop();
    unsettled_.clear();
    return;
  }
  Ask();
}

// Once, whatever it takes.
void Caretaker::Restart() {
  if (std::exchange(restarted_, process_.starts()) != process_.starts()) process_.Restart();
}

void Caretaker::BeginCalm() {
  if (!scene_.plan.has(Trouble::kLetterReplays)) return;
  end_timer_.Stop();
  twice_ = false;
  again_ = true;
  left_ = List(false);
  ReplayTheRest();
}

// The next batch of those that are left.
bool Caretaker::Ask() {
  if (left_.empty()) return false;
  const auto place = [](const StoredRun& letter) { return letter.first; };
  std::ranges::sort(left_, {}, place);
  const auto same = std::ranges::unique(left_, {}, place);
  left_.erase(same.begin(), same.end());
  const auto end = left_.begin() + static_cast<ptrdiff_t>(std::min(left_.size(), kMaxBatch));
  const Letters letters(left_.begin(), end);
  std::vector<uint64_t> offsets;
  for (const StoredRun& letter : letters) offsets.push_back(letter.first);
  Status begun;
  process_.Do([&] { begun = process_.gateway().letter_replay()->Begin(offsets, again_).status(); });
  scene_.trace.Note("caretaker: {} letters from {} on are to be replayed: {}", offsets.size(),
                    offsets.front(), begun.ok() ? "yes" : begun.message());
  if (!begun.ok()) return false;
  asked_ = letters;
  if (!std::exchange(twice_, false)) left_.erase(left_.begin(), end);
  life_ = process_.starts();
  asked_at_ = scene_.age();
  witness_.OnLettersAsked(asked_, again_);
  answer_timer_.Start(Between(random_, milliseconds(1), milliseconds(300)));
  return true;
}

// As the process can end in this history.
void Caretaker::EndProcess() {
  const Duration off = Between(random_, milliseconds(1), seconds(3));
  const auto how = random_.Below(2) == 0 ? Witness::End::kKill : Witness::End::kPowerCut;
  if (scene_.Has(Trouble::kMidway)) {
    process_.EndMidway(how, off);
  } else if (scene_.Has(Trouble::kKill)) {
    process_.End(Witness::End::kKill, off);
  } else if (scene_.Has(Trouble::kPowerCut)) {
    process_.End(Witness::End::kPowerCut, off);
  }
}

void Caretaker::LookForAnswer() {
  // Nobody answers any more.
  if (!process_.up() || process_.starts() != life_) return asked_.clear();
  const ingest::ReplayBatch& batch = process_.gateway().letter_replay()->batch();
  if (process_.paused() || batch.running) {
    answer_timer_.Start(milliseconds(100));
    // It hangs, so somebody ends it.
    if (scene_.age() - asked_at_ > seconds(5) && random_.Below(30) == 0) EndProcess();
    return;
  }
  OnAnswer(batch);
}

void Caretaker::OnAnswer(const ingest::ReplayBatch& batch) {
  scene_.trace.Note("caretaker: has an answer for {} letters{}{}", batch.letters.size(),
                    batch.stopped.empty() ? "" : ", and no more: ", batch.stopped);
  const Letters asked = std::exchange(asked_, {});
  for (size_t i = 0; i < batch.letters.size(); ++i) {
    const ingest::ReplayedLetter& letter = batch.letters[i];
    witness_.OnLetterAnswered(letter.offset, ingest::OutcomeName(letter.outcome));
    if (letter.outcome == Outcome::kWaiting) left_.push_back(asked[i]);
  }
  if (batch.stopped.empty()) {
    Ask();
  } else if (!scene_.calm()) {
    left_.clear();
  }
}

}  // namespace sluice::sim
