#include "route_fixture.h"

namespace sluice::test {
namespace {

class RouteTest : public RouteFixture {};

TEST_F(RouteTest, CarriesEventsInOrderAndPassesThemWhenAcknowledged) {
  Start();
  Publish(8);
  EXPECT_EQ(uplink.OffsetsFrom(0), Range(0, 8));
  EXPECT_EQ(cursor(), 0u);
  AcknowledgeAll();
  EXPECT_EQ(cursor(), 8u);
  EXPECT_EQ(source.books().acknowledged, 8u);
}

TEST_F(RouteTest, CursorWaitsForTheFirstPublish) {
  Start();
  Publish(12);
  Acknowledge(1);
  Acknowledge(2);
  EXPECT_EQ(cursor(), 0u);
  Acknowledge(0);
  EXPECT_EQ(cursor(), 12u);
}

TEST_F(RouteTest, NothingIsSentBeforeItIsCommitted) {
  Start();
  source.AddEvents(4, clock.WallNow());
  Advance(seconds(5));
  EXPECT_EQ(sent(), 0u);
  Commit();
  EXPECT_EQ(sent(), 1u);
}

TEST_F(RouteTest, WindowBoundsPublishes) {
  Start();
  Publish(40);
  EXPECT_EQ(sent(), 4u);
  Acknowledge(0);
  EXPECT_EQ(sent(), 5u);
}

TEST_F(RouteTest, WindowBoundsBytes) {
  options.max_in_flight_bytes = 2000;
  Start();
  for (int i = 0; i < 12; ++i) source.AddEvent(clock.WallNow(), "d1", 1000);
  Commit();
  EXPECT_EQ(sent(), 1u);
  Acknowledge(0);
  EXPECT_EQ(sent(), 2u);
}

TEST_F(RouteTest, ReceiveMaximumOfTheBrokerIsHonoured) {  // [MQTT-3.3.4-9]
  limits.max_in_flight = 2;
  Start();
  Publish(40);
  EXPECT_EQ(sent(), 2u);
  Acknowledge(0);
  EXPECT_EQ(sent(), 3u);
}

TEST_F(RouteTest, FullWindowStopsReading) {
  source.records_per_read = 4;
  Start();
  Publish(400);
  EXPECT_LE(source.reads, 6);
}

TEST_F(RouteTest, LostConnectionResendsFromTheCursorInOrder) {
  Start();
  Publish(16);
  Acknowledge(0);
  Acknowledge(2);  // behind a hole: will come again
  Reconnect();
  EXPECT_EQ(uplink.OffsetsFrom(4), Range(4, 16));
  EXPECT_EQ(cursor(), 4u);
}

TEST_F(RouteTest, AnswersFromALostConnectionAreIgnored) {
  Start();
  Publish(4);
  uplink.Drop();
  uplink.AcknowledgeOutOfTurn(0);
  EXPECT_EQ(cursor(), 0u);
}

TEST_F(RouteTest, NothingIsSentWhileDisconnected) {
  Start();
  uplink.Drop();
  Publish(40);
  Advance(milliseconds(1));
  EXPECT_EQ(sent(), 0u);
}

TEST_F(RouteTest, RestartResumesAtTheStoredCursor) {
  Start();
  Publish(12);
  Acknowledge(0);
  Restart();
  EXPECT_EQ(uplink.OffsetsFrom(0), Range(4, 12));
}

TEST_F(RouteTest, StopForgetsWhatIsInFlightAndStartSendsItAgain) {
  Start();
  Publish(4);
  route->Stop();
  route->Start();
  Run();
  uplink.Acknowledge(0);  // of the first life
  EXPECT_EQ(cursor(), 0u);
  EXPECT_EQ(uplink.Offsets(1), Range(0, 4));
  Acknowledge(1);
  EXPECT_EQ(cursor(), 4u);
}

TEST_F(RouteTest, QuiescedRouteSendsNothingButHearsAnswers) {
  Start();
  Publish(4);
  route->Quiesce();
  Publish(4);
  EXPECT_EQ(sent(), 1u);
  EXPECT_FALSE(route->idle());
  Acknowledge(0);
  EXPECT_TRUE(route->idle());
  EXPECT_EQ(cursor(), 4u);
}

TEST_F(RouteTest, FailedReadIsTriedAgain) {
  Start();
  source.FailNextRead();
  Publish(4);
  EXPECT_EQ(sent(), 0u);
  Advance(seconds(60));
  EXPECT_EQ(uplink.OffsetsFrom(0), Range(0, 4));
}

TEST_F(RouteTest, EventsEvictedWhileDisconnectedArriveAsAGap) {
  Start();
  uplink.Drop();
  Publish(8);
  source.Evict(3);
  Advance(seconds(120));
  uplink.Accept();
  Run();
  Advance(seconds(1));
  EXPECT_EQ(uplink.OffsetsFrom(0), Range(3, 8));
  AcknowledgeAll();
  EXPECT_EQ(source.books().evicted, 3u);
  EXPECT_EQ(source.books().acknowledged, 5u);
}

TEST_F(RouteTest, IdleRouteHasNoDeadline) {
  Start();
  Publish(4);
  AcknowledgeAll();
  EXPECT_EQ(route->pending(), 0u);
  Advance(forward::UplinkHealth::kPatience);
  EXPECT_EQ(connection->NextDeadline(), std::nullopt);
}

TEST_F(RouteTest, AgeOfTheOldestPendingEventGrowsThroughAnOutage) {
  Start();
  uplink.Drop();
  Publish(4);
  Advance(seconds(90));
  const std::string sample = "\nsluice_route_oldest_pending_seconds{route=\"cloud\"} ";
  const std::string text = metrics.PrometheusText();
  const size_t at = text.find(sample);
  ASSERT_NE(at, text.npos);
  EXPECT_GE(std::stod(text.substr(at + sample.size())), 88.0);
  EXPECT_EQ(route->pending(), 4U);
}

}  // namespace
}  // namespace sluice::test
