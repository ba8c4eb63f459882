#include "firmware_sim/verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::fleet {
namespace {

using testing::ElementsAre;

class VerifierTest : public testing::Test {
 protected:
  VerifierTest() { verifier_.StartRun(); }

  void Acknowledged(uint64_t seq, uint64_t first_tx, uint64_t sure_tx, bool malformed = false) {
    LedgerLine line;
    line.device = "d";
    line.seq = seq;
    line.first_tx = first_tx;
    line.sure_tx = sure_tx;
    line.malformed = malformed;
    verifier_.AddAcknowledged(line);
  }
  void Acknowledged(uint64_t seq) { Acknowledged(seq, seq, seq); }
  void EndLedger() { ASSERT_TRUE(verifier_.EndLedger().ok()); }
  void DeliveredAt(uint64_t offset, uint64_t seq, std::string_view type = "x.v1") {
    EventLine line;
    line.gateway = "g";
    line.stream = "t";
    line.offset = offset;
    line.type = type;
    line.device = "d";
    line.sequence = seq;
    verifier_.AddEvent(line);
  }
  void Delivered(uint64_t seq, std::string_view type = "x.v1") {
    DeliveredAt(next_offset_++, seq, type);
  }
  void DeadLetter() {
    EventLine line;
    line.gateway = "g";
    line.stream = "dead-letters";
    line.offset = next_offset_++;
    line.type = "sluice.dead_letter.v1";
    line.device = "d";
    verifier_.AddEvent(line);
  }

  Verifier verifier_;
  uint64_t next_offset_ = 0;
};

TEST_F(VerifierTest, AllDeliveredInOrderIsOk) {
  for (uint64_t seq = 1; seq <= 3; ++seq) Acknowledged(seq);
  EndLedger();
  for (uint64_t seq = 1; seq <= 3; ++seq) Delivered(seq);
  const Verdict verdict = verifier_.Finish();
  EXPECT_EQ(verdict.acknowledged, 3u);
  EXPECT_EQ(verdict.delivered, 3u);
  EXPECT_TRUE(verdict.ok());
}

TEST_F(VerifierTest, MissingReadingIsLostAndNamed) {
  Acknowledged(1), Acknowledged(2), EndLedger();
  Delivered(1);
  const Verdict verdict = verifier_.Finish();
  EXPECT_EQ(verdict.lost, 1u);
  EXPECT_THAT(verdict.examples, ElementsAre("lost: d seq 2"));
  EXPECT_FALSE(verdict.ok());
}

TEST_F(VerifierTest, OtherDevicesEventDoesNotCount) {
  Acknowledged(1), EndLedger();
  EventLine line;
  line.device = "e";
  line.sequence = 1;
  verifier_.AddEvent(line);
  EXPECT_EQ(verifier_.Finish().lost, 1u);
}

TEST_F(VerifierTest, UnacknowledgedDeliveryIsNobodysBusiness) {
  Acknowledged(1), EndLedger();
  Delivered(1), Delivered(2);
  const Verdict verdict = verifier_.Finish();
  EXPECT_EQ(verdict.unledgered, 1u);
  EXPECT_TRUE(verdict.ok());
}

TEST_F(VerifierTest, SecondEventOfAReadingIsResent) {
  Acknowledged(1), EndLedger();
  Delivered(1), Delivered(1);
  const Verdict verdict = verifier_.Finish();
  EXPECT_EQ(verdict.resent, 1u);
  EXPECT_EQ(verdict.delivered, 1u);
  EXPECT_TRUE(verdict.ok());
}

TEST_F(VerifierTest, TwoTypesFromOneMessageAreNoResend) {
  Acknowledged(1), EndLedger();
  Delivered(1, "climate.reading.v1"), Delivered(1, "power.reading.v1");
  EXPECT_EQ(verifier_.Finish().resent, 0u);
}

TEST_F(VerifierTest, SameIdTwiceIsRepeated) {
  Acknowledged(1), EndLedger();
  DeliveredAt(0, 1), DeliveredAt(0, 1);
  const Verdict verdict = verifier_.Finish();
  EXPECT_EQ(verdict.repeated, 1u);
  EXPECT_EQ(verdict.resent, 0u);
  EXPECT_FALSE(verdict.ok());
}

TEST_F(VerifierTest, OffsetThatGoesBackIsNotOk) {
  EndLedger();
  DeliveredAt(5, 1), DeliveredAt(3, 2);
  const Verdict verdict = verifier_.Finish();
  EXPECT_EQ(verdict.backward, 1u);
  EXPECT_FALSE(verdict.ok());
}

TEST_F(VerifierTest, LateReadingIsReorderedOnce) {
  for (uint64_t seq = 1; seq <= 4; ++seq) Acknowledged(seq);
  EndLedger();
  for (const uint64_t seq : {2, 3, 4, 1}) Delivered(seq);
  const Verdict verdict = verifier_.Finish();
  EXPECT_EQ(verdict.reordered, 1u);
  EXPECT_THAT(verdict.examples, ElementsAre("reordered: d seq 1"));
}

TEST_F(VerifierTest, RefusedReadingMayBeOvertakenByWhatWasInFlight) {
  Acknowledged(1, 1, 3);  // refused, sent again as the third transmission
  Acknowledged(2, 2, 2);
  EndLedger();
  Delivered(2), Delivered(1);
  EXPECT_TRUE(verifier_.Finish().ok());
}

TEST_F(VerifierTest, RefusedReadingMustNotBeOvertakenByWhatCameAfterItsLastTransmission) {
  Acknowledged(1, 1, 3);
  Acknowledged(2, 2, 2);
  Acknowledged(3, 4, 4);
  EndLedger();
  Delivered(2), Delivered(3), Delivered(1);
  EXPECT_EQ(verifier_.Finish().reordered, 1u);
}

TEST_F(VerifierTest, FirstOccurrenceDecidesTheOrder) {
  Acknowledged(1), Acknowledged(2), EndLedger();
  Delivered(1), Delivered(2), Delivered(1);
  EXPECT_TRUE(verifier_.Finish().ok());
}

TEST_F(VerifierTest, EarlierRunComesBeforeALaterOne) {
  Acknowledged(1, 900, 900);
  verifier_.StartRun();
  Acknowledged(2, 1, 1);
  EndLedger();
  Delivered(2), Delivered(1);
  EXPECT_EQ(verifier_.Finish().reordered, 1u);
}

TEST_F(VerifierTest, SeqTwiceInTheLedgerIsBadInput) {
  Acknowledged(1), Acknowledged(1);
  EXPECT_FALSE(verifier_.EndLedger().ok());
}

TEST_F(VerifierTest, MalformedReadingIsNotLost) {
  Acknowledged(1, 1, 1, true), EndLedger();
  const Verdict verdict = verifier_.Finish();
  EXPECT_EQ(verdict.malformed_acknowledged, 1u);
  EXPECT_EQ(verdict.acknowledged, 0u);
  EXPECT_TRUE(verdict.ok());
}

TEST_F(VerifierTest, MalformedReadingsNeedADeadLetterEach) {
  Acknowledged(1, 1, 1, true), Acknowledged(2, 2, 2, true), EndLedger();
  DeadLetter();
  const Verdict verdict = verifier_.Finish();
  EXPECT_EQ(verdict.dead_letters, 1u);
  EXPECT_EQ(verdict.dead_letters_missing, 1u);
  EXPECT_FALSE(verdict.ok());
}

TEST_F(VerifierTest, NoDeadLetterAtAllIsFailureOnlyWhenExpected) {
  Acknowledged(1, 1, 1, true), EndLedger();
  verifier_.ExpectDeadLetters();
  EXPECT_EQ(verifier_.Finish().dead_letters_missing, 1u);
}

class CoverageTest : public VerifierTest {
 protected:
  CoverageTest() { EndLedger(); }
  void Gap(uint64_t first, uint64_t last, std::string_view reason) {
    EventLine gap;
    gap.is_gap = true;
    gap.gateway = "g";
    gap.stream = "t";
    gap.gap_first = first;
    gap.gap_last = last;
    gap.gap_events = last - first + 1;
    gap.reason = reason;
    verifier_.AddEvent(gap);
  }
};

TEST_F(CoverageTest, EventsAndGapsTogetherCoverAStream) {
  DeliveredAt(0, 1);
  Gap(1, 4, "evicted");
  Gap(5, 5, "quarantined");
  DeliveredAt(6, 2);
  const Verdict verdict = verifier_.Finish();
  EXPECT_EQ(verdict.uncovered, 0u);
  EXPECT_EQ(verdict.evicted, 4u);
  EXPECT_EQ(verdict.quarantined, 1u);
  EXPECT_TRUE(verdict.ok());
}

// What a gap in place of the event behind it looks like to a consumer.
TEST_F(CoverageTest, HoleThatNobodyExplainsIsAFailure) {
  DeliveredAt(0, 1);
  Gap(1, 4, "evicted");
  Gap(5, 5, "missing");
  DeliveredAt(6, 2);
  const Verdict verdict = verifier_.Finish();
  EXPECT_EQ(verdict.uncovered, 1u);
  EXPECT_THAT(verdict.examples, ElementsAre("uncovered: 1 offsets of g/t, the first is 5"));
  EXPECT_FALSE(verdict.ok());
}

TEST_F(CoverageTest, EventThatComesLateClosesItsHole) {
  DeliveredAt(0, 1);
  Gap(1, 1, "missing");
  DeliveredAt(2, 2);
  DeliveredAt(1, 3);
  EXPECT_EQ(verifier_.Finish().uncovered, 0u);
}

TEST_F(CoverageTest, StartIsPartOfItOnlyIfAskedFor) {
  DeliveredAt(7, 1);
  EXPECT_EQ(verifier_.Finish().uncovered, 0u);
  verifier_.ExpectFromStart();
  EXPECT_EQ(verifier_.Finish().uncovered, 7u);
}

TEST_F(CoverageTest, EnormousGapCostsNothing) {
  DeliveredAt(0, 1);
  Gap(1, UINT64_MAX, "evicted");
  EXPECT_EQ(verifier_.Finish().uncovered, 0u);
}

TEST_F(VerifierTest, GapsAreCounted) {
  EndLedger();
  EventLine gap;
  gap.is_gap = true;
  gap.gap_events = 7;
  verifier_.AddEvent(gap);
  const Verdict verdict = verifier_.Finish();
  EXPECT_EQ(verdict.gaps, 1u);
  EXPECT_EQ(verdict.gap_events, 7u);
  EXPECT_EQ(verdict.events, 0u);
}

}  // namespace
}  // namespace sluice::fleet
