#include "forward/route_health.h"

#include "route_fixture.h"

namespace sluice::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RouteHealthTest : public RouteFixture {};

TEST_F(RouteHealthTest, ReadErrorThatLastsIsAFailure) {
  Start();
  source.FailReads(true);
  Publish(1);
  Advance(seconds(9));
  EXPECT_EQ(health.state(), HealthState::kOk);
  Advance(seconds(3));
  EXPECT_EQ(health.state(), HealthState::kFailing);
  EXPECT_THAT(health.Text(), HasSubstr("route cloud: failing for"));
  EXPECT_THAT(health.Text(), HasSubstr("cannot be read at offset 0"));
  source.FailReads(false);
  Advance(seconds(61));
  EXPECT_EQ(health.state(), HealthState::kOk);
  EXPECT_EQ(uplink.OffsetsFrom(0), Range(0, 1));
}

TEST_F(RouteHealthTest, ReadThatDoesNotComeBackIsAFailure) {
  Start();
  source.AddEvents(1, clock.WallNow());
  source.Commit();  // and nobody answers the read
  for (int i = 0; i < 11; ++i) {
    clock.Advance(seconds(1));
    connection->Tick(clock.Now());
  }
  EXPECT_THAT(health.Text(), HasSubstr("failing"));
  EXPECT_THAT(health.Text(), HasSubstr("does not come back"));
  Run();
  EXPECT_EQ(health.state(), HealthState::kOk);
}

TEST_F(RouteHealthTest, RefusalsThatGoOnAreTold) {
  Start();
  Publish(4);
  for (int i = 0; i < 12; ++i) {
    Refuse(sent() - 1, kQuotaExceeded);
    Advance(seconds(61));
  }
  EXPECT_THAT(health.Text(), HasSubstr("upstream refuses: Quota exceeded on sluice/"));
  Acknowledge(sent() - 1);
  EXPECT_EQ(health.state(), HealthState::kOk);
}

TEST_F(RouteHealthTest, LimitThatHoldsNothingHoldsTheRouteAndIsTold) {
  limits.max_message_bytes = 200;
  Start();
  Publish(40);
  Advance(seconds(60));
  Reconnect();
  EXPECT_EQ(sent(), 0u);
  EXPECT_THAT(dead_letters.offsets, IsEmpty());
  EXPECT_THAT(health.Text(), HasSubstr("takes packets of at most 200 bytes, which hold no event"));
  limits.max_message_bytes = 100'000;
  Reconnect();
  for (int i = 0; i < 10; ++i) {
    AcknowledgeAll();
    Advance(seconds(1));
  }
  EXPECT_EQ(cursor(), 40u);
  EXPECT_EQ(health.state(), HealthState::kOk);
}

TEST_F(RouteHealthTest, DeadLettersAreToldForAWhile) {
  Start();
  Publish(4);
  Refuse(0, kFormatInvalid);
  StoreDeadLetters();
  Acknowledge(1);
  EXPECT_THAT(health.Text(), HasSubstr("route cloud: degraded for 0 s: 4 events were refused"));
  Advance(forward::RouteHealth::kQuiet + seconds(2));
  EXPECT_EQ(health.state(), HealthState::kOk);
}

TEST_F(RouteHealthTest, ExpiringABacklogIsToldForAWhile) {
  options.max_age = seconds(60);
  StartUnconnected();
  Publish(3);
  Advance(seconds(100));
  uplink.Accept();
  Run();
  Advance(seconds(1));
  AcknowledgeAll();
  EXPECT_THAT(health.Text(), HasSubstr("3 events were older than max_age"));
  Advance(forward::RouteHealth::kQuiet + seconds(2));
  EXPECT_EQ(health.state(), HealthState::kOk);
}

// The real route reports what it has in flight: its publish is passed over by nobody, and nothing
// is acknowledged.
TEST_F(RouteHealthTest, NothingIsLostWhenTheUplinkAcknowledgesNothing) {
  connection_options.ack_timeout = seconds(30);
  Start();
  Publish(4);
  Advance(seconds(31));
  EXPECT_EQ(uplink.disconnects, 1);
  while (uplink.connects < 2) Advance(seconds(1));
  uplink.Accept();
  Run();
  EXPECT_EQ(uplink.Offsets(1), Range(0, 4));
  Acknowledge(1);
  EXPECT_EQ(cursor(), 4u);
}

}  // namespace
}  // namespace sluice::test
