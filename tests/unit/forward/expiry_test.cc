#include "forward/expiry.h"

#include "route_fixture.h"

namespace sluice::test {
namespace {

constexpr Duration kDay = std::chrono::hours(24);

// A backlog, an uplink that is away, and a clock that is not what it should be.
class ExpiryTest : public RouteFixture {
 protected:
  ExpiryTest() { options.max_age = 7 * kDay; }

  // The clock steps; a second later somebody has noticed.
  void Step(Duration by) {
    clock.SetWall(clock.WallNow() + by);
    Advance(seconds(1));
    trust.Check();
    connection->Tick(clock.Now());
    Run();
  }
  void Reboot(Duration by) {
    clock.SetWall(clock.WallNow() + by);
    route.reset();
    connection.reset();
    trust.Check();
  }
  void Deliver() {
    uplink.Accept();
    Run();
    Advance(seconds(1));
    AcknowledgeAll();
  }
  uint64_t expired() const { return source.books().expired; }
};

TEST_F(ExpiryTest, TrustedClockExpires) {
  StartUnconnected();
  Publish(3);
  Advance(8 * kDay);
  Deliver();
  EXPECT_EQ(expired(), 3u);
}

TEST_F(ExpiryTest, BootThirtyDaysAheadExpiresNothing) {
  StartUnconnected();
  Publish(3);
  synchronised = false;
  Reboot(30 * kDay);
  StartUnconnected();
  Publish(1);
  Deliver();
  EXPECT_EQ(expired(), 0u);
  EXPECT_EQ(uplink.OffsetsFrom(0), Range(0, 4));
}

TEST_F(ExpiryTest, StepAheadWithoutSynchronisationExpiresNothing) {
  StartUnconnected();
  Publish(3);
  synchronised = false;
  Step(30 * kDay);
  Deliver();
  EXPECT_EQ(expired(), 0u);
}

// Seed 40082 of the simulated field.
TEST_F(ExpiryTest, StepThatNobodyHasNoticedYetExpiresNothing) {
  StartUnconnected();
  Publish(3);
  clock.SetWall(clock.WallNow() + 30 * kDay);
  Deliver();
  EXPECT_EQ(expired(), 0u);
  EXPECT_EQ(uplink.OffsetsFrom(0), Range(0, 3));
}

TEST_F(ExpiryTest, BacklogStampedByAClockThatWasBehindSurvivesItsCorrection) {
  synchronised = false;
  trust.Check();
  StartUnconnected();
  Publish(3);
  synchronised = true;
  Step(365 * kDay);
  Publish(1);
  Deliver();
  EXPECT_EQ(expired(), 0u);
}

TEST_F(ExpiryTest, TrustedClockThatTurnsOutToBeBehindCostsNothing) {
  StartUnconnected();
  Publish(3);
  Step(365 * kDay);
  Deliver();
  EXPECT_EQ(expired(), 0u);
}

TEST_F(ExpiryTest, WhatCameAfterTheCorrectionExpiresAsEver) {
  StartUnconnected();
  Publish(3);
  Step(365 * kDay);
  Publish(2);
  Advance(8 * kDay);
  Deliver();
  EXPECT_EQ(expired(), 2u);
  EXPECT_EQ(uplink.OffsetsFrom(0), Range(0, 3));
}

// After a restart only the stream itself tells: time went back in it.
TEST_F(ExpiryTest, WhatSeemsOlderThanItsPredecessorHasNoAge) {
  source.AddEvents(2, clock.WallNow());
  source.AddEvents(2, clock.WallNow() - 365 * kDay);
  source.AddEvents(2, clock.WallNow());
  source.Commit();
  StartUnconnected();
  Deliver();
  EXPECT_EQ(expired(), 0u);
}

TEST_F(ExpiryTest, EventsOfTheFutureExpireLate) {
  source.AddEvents(2, clock.WallNow() + 30 * kDay);
  source.Commit();
  StartUnconnected();
  Advance(36 * kDay);
  uplink.Accept();
  Run();
  Advance(seconds(1));
  EXPECT_EQ(uplink.OffsetsFrom(0), Range(0, 2));
  Advance(2 * kDay);
  Reconnect();
  Advance(seconds(1));
  AcknowledgeAll();
  EXPECT_EQ(expired(), 2u);
}

TEST_F(ExpiryTest, ReadingAgainChangesNothing) {
  StartUnconnected();
  Publish(2);
  Advance(8 * kDay);
  Publish(2);
  uplink.Accept();
  Run();
  Reconnect();
  Advance(seconds(1));
  acknowledged = sent() - 1;
  AcknowledgeAll();
  EXPECT_EQ(expired(), 2u);
}

}  // namespace
}  // namespace sluice::test
