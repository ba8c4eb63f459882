#include "sim/letter_judge.h"

#include "sim/case_history.h"

namespace sluice::sim {
namespace {

class LetterJudgeTest : public CaseHistory {
 protected:
  LetterJudge& judge() {
    if (!judge_) judge_ = std::make_unique<LetterJudge>(file());
    return *judge_;
  }
  static Letter LetterOf(uint64_t offset, uint64_t place = 0) {
    return {.place = place,
            .route = "up",
            .stream = "telemetry",
            .offset = offset,
            .reason = "refused_by_uplink",
            .text = "0x99 Payload format invalid",
            .token = static_cast<Token>(offset + 1)};
  }
  // The reading at offset 0 is refused for good.
  void Refuse() {
    Accept();
    judge().OnRefused("up", Event(0));
  }
  void Keep(const Letter& letter) { judge().OnKept(letter); }
  void Look(uint64_t first, uint64_t end, std::vector<StoredRun> runs) {
    judge().Look({{"dead-letters", first, end, std::move(runs)}});
  }

 private:
  std::unique_ptr<LetterJudge> judge_;
};

TEST_F(LetterJudgeTest, WhatIsRefusedHasALetterAndConsumersAreTold) {
  Refuse();
  Keep(LetterOf(0));
  judge().OnArrived("up", Gap(0, 0, "dead_lettered"));
  judge().OnAcknowledged("up", Gap(0, 0, "dead_lettered"));
  judge().LookAtRefused();
  ExpectWell();
}

TEST_F(LetterJudgeTest, ConsumersAreToldOfALetterThatIsNotThere) {
  Refuse();
  judge().OnArrived("up", Gap(0, 0, "dead_lettered"));
  ExpectBroken("no such one is synced");
}

TEST_F(LetterJudgeTest, UpstreamRefusesToHearOfALetterThatIsNotThere) {
  Refuse();
  judge().OnRefused("up", Gap(0, 0, "dead_lettered"));
  ExpectBroken("no such one is synced");
}

TEST_F(LetterJudgeTest, ARouteIsDoneWithWhatWasRefusedWithoutALetter) {
  Refuse();
  judge().LookAtRefused();
  ExpectBroken("without a letter");
}

TEST_F(LetterJudgeTest, WhatIsTakenLaterNeedsNoLetter) {
  Refuse();
  judge().OnAcknowledged("up", Event(0));
  judge().LookAtRefused();
  ExpectWell();
}

TEST_F(LetterJudgeTest, WhatIsEvictedMeanwhileNeedsNoLetter) {
  Refuse();
  judge().OnRefused("up", Gap(0, 0, "evicted"));
  judge().LookAtRefused();
  ExpectWell();
}

TEST_F(LetterJudgeTest, ALetterIsKeptSoonInTheCalm) {
  Pass(plan_.length - std::chrono::minutes(1));
  Refuse();
  Pass(std::chrono::minutes(1));
  scene().BeginCalm();
  Pass(std::chrono::seconds(9));
  Keep(LetterOf(0));
  ExpectWell();
}

TEST_F(LetterJudgeTest, ALetterWaitsThoughThereIsRoom) {
  Pass(plan_.length - std::chrono::minutes(1));
  Refuse();
  Pass(std::chrono::minutes(1));
  scene().BeginCalm();
  Pass(std::chrono::seconds(11));
  Keep(LetterOf(0));
  ExpectBroken("has waited for 11000 ms");
}

TEST_F(LetterJudgeTest, WhatHasExpiredIsRefusedWithTheRest) {
  Accept();
  judge().OnRefused("up", Gap(0, 0, "expired"));
  Keep(LetterOf(0));
  ExpectWell();
}

TEST_F(LetterJudgeTest, AnOffsetThatIsGivenAgainHasNoLetterYet) {
  Refuse();
  Keep(LetterOf(0));
  judge().OnAccepted("telemetry", 0);
  judge().OnArrived("up", Gap(0, 0, "dead_lettered"));
  ExpectBroken("no such one is synced");
}

TEST_F(LetterJudgeTest, ALetterOfWhatWasNotRefused) {
  Accept();
  Keep(LetterOf(0));
  ExpectBroken("which upstream has not said");
}

TEST_F(LetterJudgeTest, ALetterOfWhatIsTooLarge) {
  Have(Trouble::kUpstreamLimits);
  Accept();
  Letter letter = LetterOf(0);
  letter.text = "0x95 Packet too large";
  Keep(letter);
  ExpectWell();
}

TEST_F(LetterJudgeTest, ALetterOfWhatUpstreamEndsTheConnectionAt) {
  Accept();
  Accept();
  Letter letter = LetterOf(0);
  letter.text = "0x83 upstream ends the connection at it";
  judge().OnClosed("up", Event(0), false);
  Keep(letter);
  ExpectWell();
  letter.offset = 1;
  letter.token = 2;
  std::vector<Entry> both = Event(0);
  both.push_back(Event(1).front());
  judge().OnClosed("up", both, false);
  Keep(letter);
  ExpectBroken("which upstream has not said");
}

TEST_F(LetterJudgeTest, ALetterOfWhatUpstreamAnswersAgainstTheRules) {
  Accept();
  Accept();
  Letter letter = LetterOf(0);
  letter.text = "0x83 upstream answers it with what breaks the rules of the protocol";
  judge().OnClosed("up", Event(0), true);
  Keep(letter);
  ExpectWell();
  letter.offset = 1;
  letter.token = 2;
  judge().OnClosed("up", Event(1), false);
  Keep(letter);
  ExpectBroken("which upstream has not said");
}

TEST_F(LetterJudgeTest, ALetterWithAnotherReason) {
  Refuse();
  Letter letter = LetterOf(0);
  letter.reason = "no_profile";
  Keep(letter);
  ExpectBroken("as its reason");
}

TEST_F(LetterJudgeTest, ALetterOfAnotherReading) {
  Refuse();
  Letter letter = LetterOf(0);
  letter.token = 7;
  Keep(letter);
  ExpectBroken("instead of");
}

TEST_F(LetterJudgeTest, ALetterOfAStrangeRoute) {
  Refuse();
  Letter letter = LetterOf(0);
  letter.route = "down";
  Keep(letter);
  ExpectBroken("which there is not");
}

TEST_F(LetterJudgeTest, WhatWasKeptStays) {
  Refuse();
  Keep(LetterOf(0, 1));
  Look(0, 2, {{.first = 0, .last = 0}, {.first = 1, .last = 1, .letter = "up gw/telemetry/0"}});
  ExpectWell();
  Look(0, 2, {{.first = 0, .last = 1, .gap_reason = "evicted"}});
  Look(0, 2, {{.first = 0, .last = 1, .gap_reason = "evicted"}});
  ExpectWell();
}

TEST_F(LetterJudgeTest, WhatWasKeptIsSomethingElse) {
  Refuse();
  Keep(LetterOf(0));
  Look(0, 1, {{.first = 0, .last = 0}});
  ExpectBroken("its place 0 holds");
}

TEST_F(LetterJudgeTest, WhatWasKeptIsLostAtTheEnd) {
  Refuse();
  Keep(LetterOf(0));
  Look(0, 0, {});
  ExpectBroken("the stream ends at 0");
}

TEST_F(LetterJudgeTest, WhatWasKeptIsDeletedWithoutAWord) {
  Refuse();
  Keep(LetterOf(0));
  Look(1, 1, {});
  ExpectBroken("the stream begins at 1");
}

}  // namespace
}  // namespace sluice::sim
