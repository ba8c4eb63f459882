#include "sim/replay_judge.h"

#include "sim/case_history.h"

namespace sluice::sim {
namespace {

using Kind = SentMessage::Kind;

class ReplayJudgeTest : public CaseHistory {
 protected:
  ReplayJudge& judge() {
    if (judge_) return *judge_;
    judge_ = std::make_unique<ReplayJudge>(file());
    Pass(plan_.length);
    judge_->OnStarted();
    return *judge_;
  }
  // Letter 3, of a message.
  void Ask(Kind kind = Kind::kLate, bool again = false) {
    judge();
    const SentMessage& message = NewMessage(kind, 1, "telemetry/dev-1/late");
    letter_ = {.first = 3, .last = 3, .token = message.tokens.front()};
    AskAnew(again);
  }
  void AskAnew(bool again = false) { judge().OnAsked({letter_}, again); }
  // It becomes the event at `offset`.
  void Become(uint64_t offset, uint64_t count = 1) {
    const auto readings = judge().OnReplayed(3, "telemetry", offset, count);
    for (const Token token : readings) book().Add(token, 3);
  }
  void Answer(std::string_view outcome) { judge().OnAnswered(3, outcome); }
  void Replay(uint64_t offset) {
    Become(offset);
    synced_replays_ = {3};
    Answer("replayed");
  }
  void LookAtLetters(std::vector<StoredRun> runs) {
    judge().Look({{"dead-letters", 0, 4, std::move(runs)}});
  }
  // The process ends, and a start finds as much of the stream.
  void EndAt(uint64_t end) {
    judge().OnEnded();
    judge().OnStarted();
    judge().Look({{"telemetry", 0, end, {}}, {"dead-letters", 0, 4, {letter_}}});
  }
  void Find(bool handled) {
    HandledLetters marks;
    if (handled) marks.ranges = {{2, 5}};
    judge().LookAtHandled(marks);
  }

 private:
  std::unique_ptr<ReplayJudge> judge_;
  StoredRun letter_;
};

TEST_F(ReplayJudgeTest, ALetterBecomesAnEventAndIsHandled) {
  Ask();
  Replay(0);
  EXPECT_TRUE(book().at(0).told);
  EndAt(1);
  Find(true);
  AskAnew();
  Answer("handled");
  ExpectWell();
}

TEST_F(ReplayJudgeTest, ALetterIsReplayedTwice) {
  Ask();
  Replay(0);
  AskAnew();
  Become(1);
  ExpectBroken("and was as telemetry/0 before");
}

TEST_F(ReplayJudgeTest, ALetterIsReplayedThatNobodyHasAskedFor) {
  Ask();
  Answer("waiting");
  Become(0);
  ExpectBroken("nobody has asked for it");
}

TEST_F(ReplayJudgeTest, WhatIsLostWithThePowerIsReplayedAgain) {
  Ask();
  Become(0);
  EndAt(0);
  Find(false);
  AskAnew();
  Replay(0);
  ExpectWell();
}

TEST_F(ReplayJudgeTest, WhatIsLostWithThePowerIsNotHandled) {
  Ask();
  Become(0);
  EndAt(0);
  Find(true);
  ExpectBroken("nothing came of it");
}

TEST_F(ReplayJudgeTest, WhatIsLostWithThePowerIsSaidToBeHandled) {
  Ask();
  Become(0);
  EndAt(0);
  AskAnew();
  Answer("handled");
  ExpectBroken("said to be handled");
}

TEST_F(ReplayJudgeTest, WhatOutlivesAKillIsNotReplayedAgain) {
  Ask();
  Become(0);
  EndAt(1);
  AskAnew();
  Become(1);
  ExpectBroken("and was as telemetry/0 before");
}

TEST_F(ReplayJudgeTest, WhatNobodyKnowsMayBeTwice) {
  Ask();
  Become(0);
  EndAt(1);
  AskAnew();
  Answer("undecided");
  AskAnew(true);
  Replay(1);
  ExpectWell();
}

TEST_F(ReplayJudgeTest, WhatIsToldToBeReplayedMayNotBeTwice) {
  Ask();
  Replay(0);
  EndAt(1);
  AskAnew(true);
  Become(1);
  ExpectBroken("and was as telemetry/0 before");
}

TEST_F(ReplayJudgeTest, SomeEventsOfAMessageMayBeTwice) {
  Ask();
  messages_.back().tokens.push_back(7);
  Become(0, 2);
  EndAt(1);
  AskAnew();
  Become(1, 2);
  synced_replays_ = {3};
  Answer("replayed");
  ExpectWell();
}

TEST_F(ReplayJudgeTest, NothingHasEndedAndALetterIsUndecided) {
  Ask();
  Answer("undecided");
  ExpectBroken("said to be undecided");
}

TEST_F(ReplayJudgeTest, ALetterIsReplayedWithoutEvents) {
  Ask();
  Answer("replayed");
  ExpectBroken("said to be replayed");
}

TEST_F(ReplayJudgeTest, ALetterFailsThatCouldBeReplayed) {
  Ask();
  Answer("failed");
  ExpectBroken("said to be failed");
}

TEST_F(ReplayJudgeTest, ABatchStopsBehindWhatItHasAppended) {
  Ask();
  Become(0);
  Answer("waiting");
  ExpectBroken("said to be waiting");
}

TEST_F(ReplayJudgeTest, WhatIsMalformedFails) {
  Ask(Kind::kMalformed);
  Answer("failed");
  ExpectWell();
}

TEST_F(ReplayJudgeTest, WhatIsForgedBecomesAnEvent) {
  Ask(Kind::kForged);
  Become(0);
  ExpectBroken("and is 0 of");
}

TEST_F(ReplayJudgeTest, ALetterBecomesTooManyEvents) {
  Ask();
  Become(0, 2);
  ExpectBroken("becomes 2 events");
}

TEST_F(ReplayJudgeTest, WhatWasToldToBeHandledIsOnTheList) {
  Ask();
  Replay(0);
  EndAt(1);
  Find(false);
  ExpectBroken("is on the list");
}

TEST_F(ReplayJudgeTest, ALetterThatIsGoneNeedsNoMark) {
  Ask();
  Replay(0);
  LookAtLetters({{.first = 0, .last = 3, .gap_reason = "evicted"}});
  Find(false);
  ExpectWell();
}

TEST_F(ReplayJudgeTest, MarksMayBeGoneWhereTheyRot) {
  Have(Trouble::kRot);
  plan_.rots_slots = true;
  Ask();
  Replay(0);
  EndAt(1);
  Find(false);
  AskAnew();
  Replay(1);
  ExpectWell();
}

}  // namespace
}  // namespace sluice::sim
