#include "route_fixture.h"

namespace sluice::test {
namespace {

class RouteReplayTest : public RouteFixture {
 protected:
  void Replay(uint64_t from) {
    route->ReplayFrom(from);
    Run();
    Advance(milliseconds(100));  // the linger of what fills no batch
  }
};

TEST_F(RouteReplayTest, SendsWhatItHasPassedOnceMoreAndGoesOn) {
  Start();
  Publish(8);
  AcknowledgeAll();
  const size_t before = sent();
  Replay(2);
  EXPECT_EQ(uplink.OffsetsFrom(before), Range(2, 8));
  EXPECT_EQ(cursor(), 2u);
  EXPECT_TRUE(source.books().IsReplaying());
  AcknowledgeAll();
  EXPECT_EQ(cursor(), 8u);
  EXPECT_EQ(source.books().acknowledged, 14u);
  EXPECT_EQ(source.books().replayed, 6u);
  EXPECT_FALSE(source.books().IsReplaying());
  Publish(4);
  EXPECT_EQ(uplink.OffsetsFrom(sent() - 1), Range(8, 12));
  route->CheckInvariants();
}

// An answer to what was sent before would otherwise count for what is sent again.
TEST_F(RouteReplayTest, WaitsForWhatIsOnTheWay) {
  Start();
  Publish(8);
  Acknowledge(0);
  route->ReplayFrom(0);
  Publish(4);
  EXPECT_EQ(sent(), 2u);
  EXPECT_TRUE(route->going_back());
  EXPECT_EQ(source.held_from, 0u);
  Acknowledge(1);
  EXPECT_FALSE(route->going_back());
  EXPECT_EQ(cursor(), 0u);
  EXPECT_EQ(uplink.OffsetsFrom(2), Range(0, 12));
  AcknowledgeAll();
  EXPECT_EQ(cursor(), 12u);
}

TEST_F(RouteReplayTest, GoesBackWhenTheConnectionIsLost) {
  Start();
  Publish(8);
  Acknowledge(0);
  route->ReplayFrom(1);
  uplink.Drop();
  Run();
  EXPECT_FALSE(route->going_back());
  EXPECT_EQ(cursor(), 1u);
}

TEST_F(RouteReplayTest, WithoutAConnectionItGoesBackAtOnce) {
  source.AddEvents(4, clock.WallNow());
  source.Commit();
  source.books_.acknowledged = 4;
  StartUnconnected();
  Replay(3);
  EXPECT_EQ(cursor(), 3u);
}

TEST_F(RouteReplayTest, WhatItHasNotPassedIsNoReplay) {
  Start();
  Publish(4);
  AcknowledgeAll();
  route->ReplayFrom(4);
  route->ReplayFrom(9);
  Run();
  EXPECT_EQ(cursor(), 4u);
  EXPECT_EQ(source.books().replayed, 0u);
}

TEST_F(RouteReplayTest, SurvivesARestart) {
  Start();
  Publish(8);
  AcknowledgeAll();
  Replay(2);
  Restart();
  Advance(milliseconds(100));
  EXPECT_EQ(cursor(), 2u);
  EXPECT_EQ(uplink.OffsetsFrom(0), Range(2, 8));
}

TEST_F(RouteReplayTest, WhatSomebodyAsksForDoesNotExpire) {
  options.max_age = seconds(60);
  Start();
  Publish(8);
  AcknowledgeAll();
  Advance(seconds(3600));
  const size_t before = sent();
  Replay(0);
  AcknowledgeAll();
  EXPECT_EQ(uplink.OffsetsFrom(before), Range(0, 8));
  EXPECT_EQ(source.books().expired, 0u);
  EXPECT_EQ(source.books().acknowledged, 16u);
}

}  // namespace
}  // namespace sluice::test
