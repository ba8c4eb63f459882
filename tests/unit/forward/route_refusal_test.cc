#include <tuple>

#include "route_fixture.h"
#include "sent_entries.h"

namespace sluice::test {
namespace {

using schema::GapReason;
using ::testing::Each;
using ::testing::ElementsAre;

class RouteRefusalTest : public RouteFixture {
 protected:
  // Dead letters are stored, and upstream takes the gap that stands for them.
  void FinishBurial() {
    StoreDeadLetters();
    Acknowledge(sent() - 1);
  }
};

MATCHER_P3(IsGap, first, last, reason, "") {
  return arg.first == static_cast<uint64_t>(first) && arg.last == static_cast<uint64_t>(last) &&
         arg.reason == reason;
}

TEST_F(RouteRefusalTest, PermanentRefusalBecomesDeadLetters) {
  Start();
  Publish(4);
  Refuse(0, kFormatInvalid);
  EXPECT_EQ(dead_letters.offsets, Range(0, 4));
  EXPECT_THAT(dead_letters.reasons, Each(kFormatInvalid.code));
  EXPECT_EQ(cursor(), 0u);  // not before they are stored, and told
  EXPECT_EQ(sent(), 1u);
  StoreDeadLetters();
  EXPECT_EQ(cursor(), 0u);
  EXPECT_THAT(uplink.Gaps(1), ElementsAre(IsGap(0, 3, GapReason::kDeadLettered)));
  Acknowledge(1);
  EXPECT_EQ(source.books().dead_lettered, 4u);
  EXPECT_EQ(cursor(), 4u);
}

TEST_F(RouteRefusalTest, RouteGoesOnBehindDeadLetters) {
  Start();
  Publish(4);
  Refuse(0, kFormatInvalid);
  FinishBurial();
  Publish(4);
  EXPECT_EQ(uplink.Offsets(2), Range(4, 8));
}

TEST_F(RouteRefusalTest, DeadLettersWaitForAnswersToTheOthers) {
  Start();
  Publish(16);
  Refuse(1, kFormatInvalid);
  EXPECT_TRUE(dead_letters.offsets.empty());
  Acknowledge(0);
  Acknowledge(2);
  EXPECT_EQ(cursor(), 4u);
  Acknowledge(3);
  EXPECT_EQ(dead_letters.offsets, Range(4, 8));
  FinishBurial();
  EXPECT_EQ(cursor(), 16u);
  EXPECT_EQ(source.books().acknowledged, 12u);
}

TEST_F(RouteRefusalTest, FullDeadLetterStreamHoldsTheCursor) {
  Start();
  dead_letters.full = true;
  Publish(4);
  Refuse(0, kFormatInvalid);
  Advance(seconds(300));
  EXPECT_EQ(cursor(), 0u);
  dead_letters.full = false;
  Advance(seconds(120));
  FinishBurial();
  EXPECT_EQ(dead_letters.offsets, Range(0, 4));
  EXPECT_EQ(source.books().dead_lettered, 4u);
}

TEST_F(RouteRefusalTest, ABatchOfDeadLettersFindsRoomPieceByPiece) {
  Start();
  dead_letters.room = 1;
  Publish(4);
  Refuse(0, kFormatInvalid);
  for (int commits = 0; commits < 4; ++commits) {
    dead_letters.room = 1;
    Advance(milliseconds(100));
  }
  FinishBurial();
  EXPECT_EQ(dead_letters.offsets, Range(0, 4));
  EXPECT_EQ(cursor(), 4u);
}

TEST_F(RouteRefusalTest, LostConnectionDoesNotDisturbABurial) {
  Start();
  Publish(8);
  Refuse(0, kFormatInvalid);
  uplink.Drop();  // the second is not answered
  Run();
  EXPECT_EQ(dead_letters.offsets, Range(0, 4));
  StoreDeadLetters();
  Advance(seconds(120));
  uplink.Accept();
  Run();
  EXPECT_THAT(uplink.Gaps(2), ElementsAre(IsGap(0, 3, GapReason::kDeadLettered)));
  Acknowledge(2);
  EXPECT_EQ(cursor(), 4u);
  EXPECT_EQ(uplink.Offsets(3), Range(4, 8));
}

TEST_F(RouteRefusalTest, StopWhileBuryingIsSafe) {
  Start();
  Publish(4);
  Refuse(0, kFormatInvalid);
  route->Stop();
  StoreDeadLetters();
  EXPECT_EQ(cursor(), 0u);
}

TEST_F(RouteRefusalTest, RouteMayGoBeforeItsDeadLettersAreStored) {
  Start();
  Publish(4);
  Refuse(0, kFormatInvalid);
  route.reset();
  StoreDeadLetters();
}

TEST_F(RouteRefusalTest, TransientRefusalIsSentAgainAfterAWhile) {
  Start();
  Publish(4);
  Refuse(0, kQuotaExceeded);
  EXPECT_EQ(sent(), 1u);
  Advance(options.backoff.initial);
  EXPECT_EQ(uplink.Offsets(1), Range(0, 4));
  Acknowledge(1);
  EXPECT_EQ(source.books().acknowledged, 4u);
  EXPECT_TRUE(dead_letters.offsets.empty());
}

TEST_F(RouteRefusalTest, AfterATransientRefusalOnePublishProbes) {
  Start();
  Publish(40);
  Refuse(0, kQuotaExceeded);
  for (size_t i = 1; i < 4; ++i) Refuse(i, kQuotaExceeded);
  Advance(seconds(60));
  EXPECT_EQ(sent(), 5u);
  EXPECT_EQ(uplink.Offsets(4), Range(0, 4));
  Acknowledge(4);
  EXPECT_EQ(sent(), 9u);
}

TEST_F(RouteRefusalTest, NothingIsSentBehindATransientRefusalBeforeAllAnswered) {
  Start();
  Publish(40);
  Refuse(1, kQuotaExceeded);
  Acknowledge(0);
  Acknowledge(2);
  Advance(seconds(60));
  EXPECT_EQ(sent(), 4u);
  Acknowledge(3);
  Advance(seconds(60));
  EXPECT_EQ(uplink.Offsets(4), Range(4, 8));
}

TEST_F(RouteRefusalTest, RepeatedTransientRefusalsWaitLongerAndLonger) {
  Start();
  Publish(4);
  for (size_t i = 0; i < 30; ++i) {
    Refuse(i, kQuotaExceeded);
    Advance(options.backoff.max);
    ASSERT_EQ(sent(), i + 2);
  }
  Acknowledge(30);
  EXPECT_EQ(cursor(), 4u);
}

TEST_F(RouteRefusalTest, EventTooLargeForTheBrokerIsBuriedUnsent) {
  limits.max_message_bytes = 10'000;
  Start();
  source.AddEvent(clock.WallNow());
  source.AddEvent(clock.WallNow(), "d1", 20'000);
  source.AddEvent(clock.WallNow());
  Commit();
  Acknowledge(0);
  EXPECT_THAT(dead_letters.offsets, ElementsAre(1));
  EXPECT_THAT(dead_letters.reasons, ElementsAre(0x95));
  StoreDeadLetters();
  EXPECT_THAT(uplink.Gaps(1), ElementsAre(IsGap(1, 1, GapReason::kDeadLettered)));
  Acknowledge(1);
  Advance(seconds(1));
  EXPECT_EQ(uplink.Offsets(2), Range(2, 3));
}

// Events grow until one is given up: the one before filled what upstream takes but for a few bytes.
class WholePacketTest : public RouteFixture,
                        public ::testing::WithParamInterface<std::tuple<forward::Format, size_t>> {
};

TEST_P(WholePacketTest, NothingIsHeldBackOfWhatUpstreamTakes) {
  std::tie(options.format, options.max_batch_events) = GetParam();
  limits.max_message_bytes = 2048;
  Start();
  size_t largest = 0;
  for (size_t bytes = 500; dead_letters.offsets.empty() && bytes < 3000; ++bytes) {
    source.AddEvent(clock.WallNow(), "d1", bytes);
    Commit();
    Advance(seconds(1));
    if (sent() > 0) largest = std::max(largest, PacketBytes(uplink.messages.back()));
    AcknowledgeAll();
  }
  EXPECT_LE(largest, limits.max_message_bytes);
  EXPECT_GE(largest, limits.max_message_bytes - 32);
}

INSTANTIATE_TEST_SUITE_P(Each, WholePacketTest,
                         ::testing::Combine(::testing::Values(forward::Format::kFlatBuffers,
                                                              forward::Format::kJson),
                                            ::testing::Values(1, 100)));

TEST_F(RouteRefusalTest, BytesThatAreNoEventAreBuried) {
  options.max_batch_events = 1;
  Start();
  source.AddBytes("no event at all", clock.WallNow());
  source.AddEvent(clock.WallNow());
  Commit();
  EXPECT_THAT(dead_letters.reasons, ElementsAre(0x99));
  FinishBurial();
  EXPECT_EQ(uplink.Offsets(1), Range(1, 2));
}

// One event, ten that are gone, and two events in one message, which is refused for good.
class RouteTellingTest : public RouteRefusalTest {
 protected:
  void BuryAMessageWithAGap() {
    Start();
    source.AddEvent(clock.WallNow());
    source.AddGap(10, clock.WallNow());
    source.AddEvents(2, clock.WallNow());
    Commit();
    Refuse(0, kFormatInvalid);
    StoreDeadLetters();
  }
  uint64_t Untold() {
    return metrics.AddCounter("sluice_route_untold_total", "", "route=\"cloud\"").value();
  }
};

TEST_F(RouteTellingTest, GapsInARefusedBatchAreNotBuriedButToldAgain) {
  BuryAMessageWithAGap();
  EXPECT_THAT(dead_letters.offsets, ElementsAre(0, 11, 12));
  EXPECT_THAT(uplink.Gaps(1), ElementsAre(IsGap(0, 0, GapReason::kDeadLettered)));
  Acknowledge(1);
  EXPECT_EQ(cursor(), 1u);
  EXPECT_THAT(uplink.Gaps(2), ElementsAre(IsGap(1, 10, GapReason::kEvicted)));
  Acknowledge(2);
  EXPECT_THAT(uplink.Gaps(3), ElementsAre(IsGap(11, 12, GapReason::kDeadLettered)));
  Acknowledge(3);
  EXPECT_EQ(source.books().dead_lettered, 3u);
  EXPECT_EQ(source.books().evicted, 10u);
  EXPECT_EQ(Untold(), 0u);
}

TEST_F(RouteTellingTest, NothingNewerOvertakesWhatIsTold) {
  BuryAMessageWithAGap();
  Publish(4);
  Advance(seconds(60));
  EXPECT_EQ(sent(), 2u);
}

TEST_F(RouteTellingTest, RefusedForNowIsToldAgainAfterAWhile) {
  BuryAMessageWithAGap();
  Refuse(1, kQuotaExceeded);
  EXPECT_EQ(sent(), 2u);
  Advance(options.backoff.initial);
  EXPECT_THAT(uplink.Gaps(2), ElementsAre(IsGap(0, 0, GapReason::kDeadLettered)));
  Acknowledge(2);
  EXPECT_EQ(cursor(), 1u);
  EXPECT_EQ(dead_letters.offsets.size(), 3u);
}

TEST_F(RouteTellingTest, WhoRefusesThatForGoodHoldsNothingUp) {
  BuryAMessageWithAGap();
  Publish(4);
  for (size_t i = 1; i < 4; ++i) Refuse(i, kFormatInvalid);
  EXPECT_EQ(Untold(), 13u);
  EXPECT_EQ(source.books().dead_lettered, 3u);
  EXPECT_EQ(source.books().evicted, 10u);
  EXPECT_EQ(uplink.Offsets(4), Range(13, 17));
}

TEST_F(RouteTellingTest, WhoRefusesOneForGoodIsToldOfTheOthers) {
  BuryAMessageWithAGap();
  Refuse(1, kFormatInvalid);
  EXPECT_EQ(Untold(), 1u);
  EXPECT_THAT(uplink.Gaps(2), ElementsAre(IsGap(1, 10, GapReason::kEvicted)));
  Acknowledge(2);
  EXPECT_THAT(uplink.Gaps(3), ElementsAre(IsGap(11, 12, GapReason::kDeadLettered)));
  Acknowledge(3);
  EXPECT_EQ(Untold(), 1u);
  EXPECT_EQ(cursor(), 13u);
}

TEST_F(RouteTellingTest, LostWithItsConnectionItIsToldAgainAndNothingIsBuriedTwice) {
  BuryAMessageWithAGap();
  Acknowledge(1);
  Reconnect();
  EXPECT_THAT(uplink.Gaps(3), ElementsAre(IsGap(1, 10, GapReason::kEvicted)));
  EXPECT_EQ(dead_letters.offsets.size(), 3u);
  Acknowledge(3);
  Acknowledge(4);
  EXPECT_EQ(cursor(), 13u);
}

TEST_F(RouteTellingTest, RestartMeanwhileLosesNothing) {
  BuryAMessageWithAGap();
  Acknowledge(1);
  Restart();
  Advance(options.linger);
  Refuse(0, kFormatInvalid);
  StoreDeadLetters();
  Acknowledge(1);
  Acknowledge(2);
  EXPECT_EQ(source.books().dead_lettered, 3u);
  EXPECT_EQ(source.books().evicted, 10u);
}

TEST_F(RouteTellingTest, QuiescedRouteStillTells) {
  BuryAMessageWithAGap();
  route->Quiesce();
  for (size_t i = 1; i < 4; ++i) Acknowledge(i);
  EXPECT_TRUE(route->idle());
  EXPECT_EQ(cursor(), 13u);
}

}  // namespace
}  // namespace sluice::test
