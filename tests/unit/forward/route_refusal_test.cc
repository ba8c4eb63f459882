#include "route_fixture.h"

namespace sluice::test {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

constexpr uint8_t kNotAuthorized = 0x87;
constexpr uint8_t kQuotaExceeded = 0x97;

class RouteRefusalTest : public RouteFixture {};

TEST_F(RouteRefusalTest, PermanentRefusalBecomesDeadLetters) {
  Start();
  Publish(4);
  Refuse(0, kNotAuthorized);
  EXPECT_EQ(dead_letters.offsets, Range(0, 4));
  EXPECT_THAT(dead_letters.reasons, Each(kNotAuthorized));
  EXPECT_EQ(cursor(), 0u);  // not before they are stored
  StoreDeadLetters();
  EXPECT_EQ(source.books().dead_lettered, 4u);
  EXPECT_EQ(cursor(), 4u);
}

TEST_F(RouteRefusalTest, RouteGoesOnBehindDeadLetters) {
  Start();
  Publish(4);
  Refuse(0, kNotAuthorized);
  StoreDeadLetters();
  Publish(4);
  EXPECT_EQ(uplink.Offsets(1), Range(4, 8));
}

TEST_F(RouteRefusalTest, DeadLettersWaitForAnswersToTheOthers) {
  Start();
  Publish(16);
  Refuse(1, kNotAuthorized);
  EXPECT_TRUE(dead_letters.offsets.empty());
  Acknowledge(0);
  Acknowledge(2);
  EXPECT_EQ(cursor(), 4u);
  Acknowledge(3);
  EXPECT_EQ(dead_letters.offsets, Range(4, 8));
  StoreDeadLetters();
  EXPECT_EQ(cursor(), 16u);
  EXPECT_EQ(source.books().acknowledged, 12u);
}

TEST_F(RouteRefusalTest, FullDeadLetterStreamHoldsTheCursor) {
  Start();
  dead_letters.full = true;
  Publish(4);
  Refuse(0, kNotAuthorized);
  Advance(seconds(300));
  EXPECT_EQ(cursor(), 0u);
  dead_letters.full = false;
  Advance(seconds(120));
  StoreDeadLetters();
  EXPECT_EQ(dead_letters.offsets, Range(0, 4));
  EXPECT_EQ(source.books().dead_lettered, 4u);
}

TEST_F(RouteRefusalTest, LostConnectionDoesNotDisturbABurial) {
  Start();
  Publish(8);
  Refuse(0, kNotAuthorized);
  uplink.Drop();  // the second is not answered
  Run();
  EXPECT_EQ(dead_letters.offsets, Range(0, 4));
  StoreDeadLetters();
  EXPECT_EQ(cursor(), 4u);
  Advance(seconds(120));
  uplink.Accept();
  Run();
  EXPECT_EQ(uplink.Offsets(2), Range(4, 8));
}

TEST_F(RouteRefusalTest, StopWhileBuryingIsSafe) {
  Start();
  Publish(4);
  Refuse(0, kNotAuthorized);
  route->Stop();
  StoreDeadLetters();
  EXPECT_EQ(cursor(), 0u);
}

TEST_F(RouteRefusalTest, RouteMayGoBeforeItsDeadLettersAreStored) {
  Start();
  Publish(4);
  Refuse(0, kNotAuthorized);
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
  limits.maximum_packet_bytes = 10'000;
  Start();
  source.AddEvent(clock.WallNow());
  source.AddEvent(clock.WallNow(), "d1", 20'000);
  source.AddEvent(clock.WallNow());
  Commit();
  Acknowledge(0);
  EXPECT_THAT(dead_letters.offsets, ElementsAre(1));
  EXPECT_THAT(dead_letters.reasons, ElementsAre(0x95));
  StoreDeadLetters();
  Advance(seconds(1));
  EXPECT_EQ(uplink.Offsets(1), Range(2, 3));
}

TEST_F(RouteRefusalTest, BytesThatAreNoEventAreBuried) {
  options.max_batch_events = 1;
  Start();
  source.AddBytes("no event at all", clock.WallNow());
  source.AddEvent(clock.WallNow());
  Commit();
  EXPECT_THAT(dead_letters.reasons, ElementsAre(0x99));
  StoreDeadLetters();
  EXPECT_EQ(uplink.Offsets(0), Range(1, 2));
}

TEST_F(RouteRefusalTest, GapsInARefusedBatchAreNotBuried) {
  Start();
  source.AddEvent(clock.WallNow());
  source.AddGap(10, clock.WallNow());
  source.AddEvent(clock.WallNow());
  source.AddEvent(clock.WallNow());
  Commit();
  Refuse(0, kNotAuthorized);
  StoreDeadLetters();
  EXPECT_THAT(dead_letters.offsets, ElementsAre(0, 11, 12));
  EXPECT_EQ(source.books().dead_lettered, 3u);
  EXPECT_EQ(source.books().evicted, 10u);
}

}  // namespace
}  // namespace sluice::test
