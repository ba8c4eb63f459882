#include "ingest/letter_replay.h"

#include <algorithm>

#include "journal/handled_store.h"
#include "server_fixture.h"
#include "support/access_rules.h"
#include "support/manual_journal.h"

namespace sluice::ingest {
namespace {

using Outcome = ReplayedLetter::Outcome;
using What = journal::ReplayNotes::What;

constexpr char kLetters[] = "dead-letters";
constexpr char kVictim[] = "devices/victim/climate";  // nobody may speak for it, at first

class LetterReplayTest : public server::ServerTest {
 protected:
  ~LetterReplayTest() override { End(); }

  // A letter that becomes an event once somebody may speak for the victim.
  void PublishForeign() { Publish(kVictim, server::kReading); }
  void Publish(std::string_view topic, std::string_view payload) {
    Connect("d1").Publish(topic, payload, codec::Qos::kAtLeastOnce, 7);
    Commit();
  }
  void AllowVictim() {
    access_[0].speaks_for = test::Devices({"nobody"});
    access_[1].speaks_for = test::Devices({"*", "victim"});
    Reopen();
  }
  void Reopen() {
    End();
    Restart();
    Begin();
  }
  void Begin() {
    resubmission_ = std::make_unique<Resubmission>(
        "gw",
        Resubmission::Parts{*journal_, *normaliser_, *access_control_, clock_,
                            [this](std::string_view topic) { return ingest_->StreamFor(topic); }});
    replay_ = std::make_unique<LetterReplay>(LetterReplay::Parts{
        *journal_, *resubmission_, scheduler_, clock_, metrics_, "/data", kLetters});
    replay_->Start();
    Turn();
  }
  void End() {
    replay_.reset();
    resubmission_.reset();
  }
  // The process is gone, with what it wrote in the page cache, or without.
  void Kill(bool power_cut) {
    env_.FailFromNowOn();
    End();
    clients_.clear();
    Stop();
    journal_.reset();
    env_.StopFailing();
    env_.Kill();
    if (power_cut) env_.DropUnsynced();
    Start();
    Begin();
    Finish();
  }

  // One thing after the other, until nothing more happens at this moment.
  void Turn() {
    Settle();
    clock_.Advance(std::chrono::milliseconds(10));
    scheduler_.Advance(Duration(0));
    test::RunUntilIdle(*journal_, clock_);
    Settle();
  }
  void Finish() {
    for (int i = 0; i < 50; ++i) Turn();
  }
  const ReplayBatch& Replay(const std::vector<uint64_t>& offsets, bool again = false) {
    const auto begun = replay_->Begin(offsets, again);
    EXPECT_TRUE(begun.ok()) << begun.status().ToString();
    for (int i = 0; i < 500 && replay_->batch().running; ++i) Turn();
    EXPECT_FALSE(replay_->batch().running);
    return replay_->batch();
  }
  Outcome OutcomeOf(uint64_t offset) {
    const ReplayBatch& batch = Replay({offset});
    EXPECT_EQ(batch.letters.size(), 1U);
    return batch.letters[0].outcome;
  }
  bool IsHandled(uint64_t offset) {
    const auto marks = journal::LoadHandled(env_, "/data", kLetters);
    EXPECT_TRUE(marks.ok());
    return marks.ok() && marks->Contains(offset);
  }
  std::optional<What> NoteOf(uint64_t offset) {
    const auto notes = journal::LoadReplayNotes(env_, "/data", kLetters);
    EXPECT_TRUE(notes.ok());
    const auto* const note = notes->Find(offset);
    return note == nullptr ? std::nullopt : std::optional(note->what);
  }

  std::unique_ptr<Resubmission> resubmission_;
  std::unique_ptr<LetterReplay> replay_;
};

TEST_F(LetterReplayTest, LetterBecomesAnEventAndIsHandled) {
  PublishForeign();
  AllowVictim();
  const ReplayBatch& batch = Replay({0});
  EXPECT_EQ(batch.stopped, "");
  EXPECT_EQ(batch.letters[0].outcome, Outcome::kReplayed);
  EXPECT_EQ(batch.letters[0].stream, "telemetry");
  EXPECT_EQ(batch.letters[0].first, 0U);
  EXPECT_EQ(Stored(), std::vector<std::string>{"devices/victim/climate 21.5"});
  EXPECT_EQ(StoredAttributes("telemetry", "replay_of"),
            std::vector<std::string>{"gw/dead-letters/0"});
  EXPECT_TRUE(IsHandled(0));
  EXPECT_EQ(NoteOf(0), std::nullopt);
}

TEST_F(LetterReplayTest, LetterIsReplayedOnce) {
  PublishForeign();
  AllowVictim();
  EXPECT_EQ(OutcomeOf(0), Outcome::kReplayed);
  EXPECT_EQ(OutcomeOf(0), Outcome::kHandled);
  EXPECT_EQ(Replay({0, 0}).letters.size(), 1U);
  EXPECT_EQ(Stored().size(), 1U);
}

TEST_F(LetterReplayTest, LetterThatFailsAgainStaysWithItsNewReasonAndMakesNoOther) {
  Publish("devices/d1/climate", "{broken");
  PublishForeign();
  Reopen();
  const ReplayBatch& batch = Replay({0, 1});
  EXPECT_EQ(batch.letters[0].outcome, Outcome::kFailed);
  EXPECT_EQ(batch.letters[0].reason, "invalid_json");
  EXPECT_EQ(batch.letters[1].reason, "foreign_device");
  EXPECT_NE(batch.letters[1].text.find("victim"), std::string::npos);
  EXPECT_FALSE(IsHandled(0));
  EXPECT_EQ(NoteOf(1), What::kFailed);
  EXPECT_EQ(stream(kLetters).next_offset(), 2U);
  EXPECT_EQ(stream().next_offset(), 0U);
  AllowVictim();
  EXPECT_EQ(OutcomeOf(1), Outcome::kReplayed);
  EXPECT_EQ(NoteOf(1), std::nullopt);
}

TEST_F(LetterReplayTest, EventThatAnUplinkRefusedGetsANewIdInItsStream) {
  Publish("devices/d1/climate", server::kReading);
  std::vector<uint8_t> event;
  auto reader = stream().NewReader(4096, [&](const journal::ReadResult& result) {
    event.assign(result.records[0].payload.begin(), result.records[0].payload.end());
  });
  reader->Read(0);
  RunJournal();
  reader.reset();
  ASSERT_TRUE(ingest_->Store({.route = "cloud",
                              .stream = "telemetry",
                              .offset = 0,
                              .refusal = {.permanent = true, .code = 0x99, .text = "no"},
                              .event = event},
                             [] {}));
  Commit();
  Reopen();
  const ReplayBatch& batch = Replay({0});
  EXPECT_EQ(batch.letters[0].outcome, Outcome::kReplayed) << batch.letters[0].text;
  EXPECT_EQ(batch.letters[0].first, 1U);
  EXPECT_EQ(Stored(),
            (std::vector<std::string>{"devices/d1/climate 21.5", "devices/d1/climate 21.5"}));
  EXPECT_TRUE(IsHandled(0));
}

TEST_F(LetterReplayTest, OffsetWithoutALetterIsSaid) {
  PublishForeign();
  Reopen();
  EXPECT_EQ(OutcomeOf(17), Outcome::kNoLetter);
  EXPECT_EQ(NoteOf(17), std::nullopt);
}

TEST_F(LetterReplayTest, LetterThatIsCutIsNoMessage) {
  dead_letters_.segment_bytes = 32 << 10;  // Events of up to 4 KiB.
  Publish("devices/d1/climate", std::string(10'000, 'x'));
  Reopen();
  const ReplayBatch& batch = Replay({0});
  EXPECT_EQ(batch.letters[0].outcome, Outcome::kFailed);
  EXPECT_NE(batch.letters[0].text.find("10000 bytes"), std::string::npos);
}

TEST_F(LetterReplayTest, StopsAtAFullStreamAndTakesNothingFromDevices) {
  for (const auto on_full :
       {journal::OnFull::kReject, journal::OnFull::kDropOldest, journal::OnFull::kDropNewest}) {
    SCOPED_TRACE(static_cast<int>(on_full));
    telemetry_.on_full = on_full;
    telemetry_.compress = false;
    access_[0].speaks_for = test::Devices({"victim"});
    PublishForeign();
    AllowVictim();
    while (stream().spare_bytes() > telemetry_.max_bytes / 20) {
      stream().Append(AsBytes(std::string(800, 'f')));
      RunJournal();
    }
    const uint64_t before = stream().next_offset();
    const ReplayBatch& batch = Replay({0});
    EXPECT_NE(batch.stopped.find("telemetry has no room"), std::string::npos) << batch.stopped;
    EXPECT_EQ(batch.letters[0].outcome, Outcome::kWaiting);
    EXPECT_EQ(stream().next_offset(), before);
    EXPECT_EQ(NoteOf(0), std::nullopt);
    MakeRoom();
    EXPECT_EQ(OutcomeOf(0), Outcome::kReplayed);
    End();
    clients_.clear();
    Stop();
    journal_.reset();
    env_.Format();
  }
}

TEST_F(LetterReplayTest, IsCommittedThoughItsStreamWouldNotSync) {
  telemetry_.durability = journal::Durability::kMemory;
  PublishForeign();
  AllowVictim();
  EXPECT_EQ(OutcomeOf(0), Outcome::kReplayed);
  EXPECT_EQ(stream().committed_offset(), 1U);
}

TEST_F(LetterReplayTest, OneBatchAtATimeAndASmallOne) {
  PublishForeign();
  AllowVictim();
  ASSERT_TRUE(replay_->Begin(std::vector<uint64_t>{0}).ok());
  EXPECT_EQ(replay_->Begin(std::vector<uint64_t>{0}).status().code(), StatusCode::kUnavailable);
  Finish();
  EXPECT_FALSE(replay_->Begin({}).ok());
  EXPECT_FALSE(replay_->Begin(std::vector<uint64_t>(LetterReplay::kMaxBatch + 1, 0)).ok());
}

// The end of the process before each write, sync, rename and removal of a replay: the letter is
// replayed once, and none is lost.
TEST_F(LetterReplayTest, HappensOnceWhereverTheProcessEnds) {
  for (const bool power_cut : {false, true}) {
    bool reached_the_end = false;
    for (uint64_t cut = 0; !reached_the_end; ++cut) {
      SCOPED_TRACE(testing::Message() << "cut " << cut << (power_cut ? ", power" : ""));
      ASSERT_LT(cut, 100U);
      access_[0].speaks_for = test::Devices({"victim"});
      PublishForeign();
      PublishForeign();
      AllowVictim();
      Finish();
      env_.FailAt(cut, UINT64_MAX);
      ASSERT_TRUE(replay_->Begin(std::vector<uint64_t>{0, 1}).ok());
      for (int i = 0; i < 20; ++i) Turn();
      reached_the_end = !env_.has_failed();
      Kill(power_cut);
      const uint64_t first_time = Stored().size();
      EXPECT_LE(first_time, 2U);
      for (const uint64_t letter : {0, 1}) {
        EXPECT_NE(NoteOf(letter), What::kBegun);
        EXPECT_NE(NoteOf(letter), What::kUndecided);
      }
      Replay({0, 1});
      EXPECT_EQ(Stored().size(), 2U);
      EXPECT_TRUE(IsHandled(0) && IsHandled(1));
      EXPECT_EQ(stream(kLetters).next_offset(), 2U);
      if (HasFailure()) return;
      End();
      clients_.clear();
      Stop();
      journal_.reset();
      env_.Format();
    }
  }
}

// Nobody can know: the segment in which its event may have been is gone.
TEST_F(LetterReplayTest, IsUndecidedWhereEventsAreMissing) {
  PublishForeign();
  AllowVictim();
  journal::ReplayNotes notes;
  notes.Set({.offset = 0, .what = What::kBegun});
  notes.targets = {{"telemetry", stream().id(), 0}};
  ASSERT_TRUE(journal::SaveReplayNotes(env_, "/data", kLetters, stream(kLetters).id(), notes).ok());
  telemetry_.on_full = journal::OnFull::kDropOldest;
  Reopen();
  Finish();
  EXPECT_EQ(NoteOf(0), std::nullopt);  // Nothing was missing yet.
  ASSERT_TRUE(journal::SaveReplayNotes(env_, "/data", kLetters, stream(kLetters).id(), notes).ok());
  while (stream().status().evicted_events == 0) {
    stream().Append(AsBytes(std::string(800, 'f')));
    RunJournal();
  }
  Reopen();
  Finish();
  EXPECT_EQ(NoteOf(0), What::kUndecided);
  EXPECT_EQ(OutcomeOf(0), Outcome::kUndecided);
  EXPECT_FALSE(IsHandled(0));
  MakeRoom();
  EXPECT_EQ(Replay({0}, /*again=*/true).letters[0].outcome, Outcome::kReplayed);
}

TEST_F(LetterReplayTest, NothingIsTakenWhileItsNotesAreDamaged) {
  PublishForeign();
  env_.SetContent("/data/streams/dead-letters/replays", "none");
  AllowVictim();
  const auto begun = replay_->Begin(std::vector<uint64_t>{0});
  EXPECT_NE(begun.status().message().find("Move it away"), std::string::npos);
  ASSERT_TRUE(env_.Remove("/data/streams/dead-letters/replays").ok());
  scheduler_.Advance(std::chrono::seconds(2));
  Finish();
  EXPECT_EQ(OutcomeOf(0), Outcome::kReplayed);
}

}  // namespace
}  // namespace sluice::ingest
