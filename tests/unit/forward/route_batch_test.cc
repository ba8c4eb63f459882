#include "route_fixture.h"
#include "schema/cloudevents.h"

namespace sluice::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;

class RouteBatchTest : public RouteFixture {
 protected:
  void ExpectGap(size_t message, uint64_t first, uint64_t last, schema::GapReason reason) {
    const std::vector<schema::Gap> gaps = uplink.Gaps(message);
    ASSERT_EQ(gaps.size(), 1u);
    EXPECT_EQ(gaps[0].first, first);
    EXPECT_EQ(gaps[0].last, last);
    EXPECT_EQ(gaps[0].reason, reason);
  }
};

TEST_F(RouteBatchTest, FullBatchLeavesAtOnce) {
  Start();
  Publish(4);
  EXPECT_EQ(uplink.Offsets(0), Range(0, 4));
  EXPECT_EQ(uplink.messages[0].content_type, schema::kBatchContentType);
  EXPECT_EQ(uplink.messages[0].topic, "sluice/gw/telemetry");
}

TEST_F(RouteBatchTest, PartOfABatchWaitsForItsLinger) {
  Start();
  Publish(3);
  Advance(options.linger - milliseconds(1));
  EXPECT_EQ(sent(), 0u);
  Advance(milliseconds(1));
  EXPECT_EQ(uplink.Offsets(0), Range(0, 3));
}

TEST_F(RouteBatchTest, LingerCountsFromTheFirstEvent) {
  Start();
  Publish(1);
  Advance(options.linger / 2);
  Publish(1);
  Advance(options.linger / 2);
  EXPECT_EQ(uplink.Offsets(0), Range(0, 2));
}

TEST_F(RouteBatchTest, BytesCutABatch) {
  options.max_batch_bytes = 3000;
  Start();
  for (int i = 0; i < 4; ++i) source.AddEvent(clock.WallNow(), "d1", 1000);
  Commit();
  EXPECT_EQ(uplink.Offsets(0), Range(0, 2));
  EXPECT_LE(uplink.messages[0].payload.size(), 3000u);
}

TEST_F(RouteBatchTest, EventLargerThanABatchTravelsAlone) {
  options.max_batch_bytes = 3000;
  Start();
  source.AddEvent(clock.WallNow());
  source.AddEvent(clock.WallNow(), "d1", 5000);
  source.AddEvent(clock.WallNow());
  Commit();
  EXPECT_EQ(uplink.Offsets(0), Range(0, 1));
  EXPECT_EQ(uplink.Offsets(1), Range(1, 2));
}

// [MQTT-3.2.2-15]
TEST_F(RouteBatchTest, BatchFitsTheBrokersPackets) {
  limits.max_message_bytes = 6000;
  Start();
  for (int i = 0; i < 4; ++i) source.AddEvent(clock.WallNow(), "d1", 1500);
  Commit();
  EXPECT_EQ(uplink.Offsets(0), Range(0, 2));
}

TEST_F(RouteBatchTest, AnotherTopicCutsABatch) {
  options.topic = *forward::TopicTemplate::Parse("t/{device}");
  Start();
  source.AddEvent(clock.WallNow(), "a");
  source.AddEvent(clock.WallNow(), "a");
  source.AddEvent(clock.WallNow(), "b");
  source.AddEvent(clock.WallNow(), "a");
  Commit();
  Advance(seconds(1));
  EXPECT_EQ(sent(), 3u);
  EXPECT_EQ(uplink.messages[0].topic, "t/a");
  EXPECT_EQ(uplink.messages[1].topic, "t/b");
  EXPECT_EQ(uplink.messages[2].topic, "t/a");
  EXPECT_EQ(uplink.OffsetsFrom(0), Range(0, 4));
}

TEST_F(RouteBatchTest, BatchSaysWhoseItIs) {
  Start();
  Publish(4);
  EXPECT_THAT(uplink.messages[0].properties,
              ElementsAre(Pair("specversion", "1.0"), Pair("source", "/sluice/gw/telemetry"),
                          Pair("sequence", "00000000000000000000")));
  EXPECT_EQ(uplink.messages[0].key, "/sluice/gw/telemetry");
}

TEST_F(RouteBatchTest, BatchOfOneEventIsTheStoredEventWithItsAttributes) {
  options.max_batch_events = 1;
  Start();
  Publish(3);
  ASSERT_EQ(sent(), 3u);
  EXPECT_EQ(uplink.Offsets(1), Range(1, 2));
  EXPECT_EQ(uplink.messages[1].content_type, schema::kEventContentType);
  EXPECT_THAT(uplink.messages[1].properties,
              ::testing::IsSupersetOf({Pair("id", "gw/telemetry/1"), Pair("subject", "d1"),
                                       Pair("type", "climate.reading.v1")}));
  EXPECT_EQ(uplink.messages[1].key, "d1");
}

TEST_F(RouteBatchTest, SingleEventsWaitForTheirWindowUnharmed) {
  options.max_batch_events = 1;
  options.max_in_flight = 1;
  source.records_per_read = 1;
  Start();
  Publish(5);
  for (size_t i = 0; i < 5; ++i) {
    ASSERT_EQ(sent(), i + 1);
    Acknowledge(i);
  }
  EXPECT_EQ(uplink.OffsetsFrom(0), Range(0, 5));
  EXPECT_THAT(uplink.messages[4].properties, ::testing::Contains(Pair("id", "gw/telemetry/4")));
}

TEST_F(RouteBatchTest, JsonBatchIsAnArray) {
  options.format = forward::Format::kJson;
  Start();
  Publish(4);
  EXPECT_EQ(uplink.messages[0].content_type, schema::kBatchJsonContentType);
  EXPECT_THAT(uplink.messages[0].payload, StartsWith("[{"));
  EXPECT_THAT(uplink.messages[0].payload, HasSubstr("\"gw/telemetry/3\""));
  EXPECT_EQ(uplink.messages[0].payload.back(), ']');
}

TEST_F(RouteBatchTest, JsonBatchRespectsItsBound) {
  options.format = forward::Format::kJson;
  options.max_batch_bytes = 1000;
  options.max_batch_events = 100;
  options.max_in_flight = 100;
  Start();
  Publish(50);
  Advance(seconds(1));
  EXPECT_GT(sent(), 10u);
  for (const ScriptedUplink::Message& message : uplink.messages) {
    EXPECT_LE(message.payload.size(), 1000u);
  }
}

TEST_F(RouteBatchTest, JsonSingleEventIsAnObject) {
  options.format = forward::Format::kJson;
  options.max_batch_events = 1;
  Start();
  Publish(1);
  EXPECT_EQ(uplink.messages[0].content_type, schema::kEventJsonContentType);
  EXPECT_THAT(uplink.messages[0].payload, StartsWith("{"));
}

TEST_F(RouteBatchTest, GapTravelsInItsPlaceAndCountsAsEvicted) {
  Start();
  source.AddEvent(clock.WallNow());
  source.AddGap(100, clock.WallNow());
  source.AddEvents(2, clock.WallNow());
  Commit();
  EXPECT_THAT(uplink.Offsets(0), ElementsAre(0, 101, 102));
  ExpectGap(0, 1, 100, schema::GapReason::kEvicted);
  AcknowledgeAll();
  EXPECT_EQ(source.books().evicted, 100u);
  EXPECT_EQ(source.books().acknowledged, 3u);
}

TEST_F(RouteBatchTest, GapAmongSingleEventsIsABatchOfItsOwn) {
  options.max_batch_events = 1;
  Start();
  source.AddEvent(clock.WallNow());
  source.AddGap(5, clock.WallNow());
  source.AddEvent(clock.WallNow());
  Commit();
  ASSERT_EQ(sent(), 3u);
  EXPECT_EQ(uplink.messages[1].content_type, schema::kBatchContentType);
  ExpectGap(1, 1, 5, schema::GapReason::kEvicted);
}

TEST_F(RouteBatchTest, GapHasATopicOfItsOwnWhenTopicsNameDevices) {
  options.topic = *forward::TopicTemplate::Parse("t/{device}/{type}");
  Start();
  source.AddEvent(clock.WallNow(), "a");
  source.AddGap(5, clock.WallNow());
  Commit();
  Advance(seconds(1));
  ASSERT_EQ(sent(), 2u);
  EXPECT_EQ(uplink.messages[1].topic, "t/_/sluice.gap.v1");
}

TEST_F(RouteBatchTest, CursorInsideAGapSendsOnlyTheRest) {
  source.AddGap(10, clock.WallNow());
  source.Commit();
  source.books_.evicted = 4;
  Start();
  Advance(seconds(1));
  ExpectGap(0, 4, 9, schema::GapReason::kEvicted);
  AcknowledgeAll();
  EXPECT_EQ(source.books().evicted, 10u);
}

TEST_F(RouteBatchTest, OldEventsExpireIntoOneGap) {
  options.max_age = seconds(60);
  StartUnconnected();
  Publish(3);
  Advance(seconds(100));
  Publish(2);
  uplink.Accept();
  Run();
  Advance(seconds(1));
  EXPECT_THAT(uplink.Offsets(0), ElementsAre(3, 4));
  ExpectGap(0, 0, 2, schema::GapReason::kExpired);
  AcknowledgeAll();
  EXPECT_EQ(source.books().expired, 3u);
  EXPECT_EQ(source.books().acknowledged, 2u);
}

TEST_F(RouteBatchTest, EventsFromBeforeTheClockWasSetHaveNoAge) {
  options.max_age = seconds(60);
  clock.SetWall(
      FromUnixNanos(5'000'000'000));  // a board without a battery, five seconds after boot
  StartUnconnected();
  Publish(3);
  clock.SetWall(FromUnixNanos(1'790'000'000'000'000'000));
  uplink.Accept();
  Run();
  Advance(seconds(1));
  EXPECT_EQ(uplink.Offsets(0), Range(0, 3));
}

TEST_F(RouteBatchTest, EventsBelowTheirMaxAgeDoNotExpire) {
  options.max_age = seconds(60);
  StartUnconnected();
  Publish(4);
  Advance(seconds(60));
  uplink.Accept();
  Run();
  EXPECT_EQ(uplink.Offsets(0), Range(0, 4));
}

}  // namespace
}  // namespace sluice::test
