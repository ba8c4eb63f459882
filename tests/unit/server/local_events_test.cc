#include <fmt/format.h>

#include "schema/event_builder.h"
#include "server_fixture.h"

namespace sluice::server {
namespace {

class LocalEventsTest : public ServerTest {
 protected:
  TestClient& Subscriber(std::string_view filter, const std::string& client_id = "subscriber") {
    TestClient& client = Connect(client_id);
    client.Subscribe(filter);
    Settle();
    client.Take();
    return client;
  }
  // Taken by the gateway, not yet committed.
  void PublishReading(std::string_view payload = kReading,
                      std::string_view topic = "devices/d1/climate") {
    Connect("publisher").Publish(topic, payload, Qos::kAtLeastOnce, 1);
    Settle();
  }
  void AppendEvent(std::string_view device) {
    schema::EventBuilder builder;
    builder.Start();
    stream().Append(builder.Finish({.type = "t.v1",
                                    .gateway = "gw",
                                    .stream = "telemetry",
                                    .offset = stream().next_offset(),
                                    .device = device}));
  }
  // What is not synced is gone; then the gateway starts again.
  void CutPower() {
    env_.FailFromNowOn();
    clients_.clear();
    Stop();
    journal_.reset();
    env_.StopFailing();
    env_.DropUnsynced();
    Start();
  }
  static bool Has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  }
  static size_t CountOf(const std::string& text, std::string_view part) {
    size_t count = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
      ++count;
    return count;
  }
};

TEST_F(LocalEventsTest, SubscriberGetsTheEventAsCloudEventsJson) {
  TestClient& client = Subscriber("events/d1/climate.reading.v1");
  PublishReading();
  Commit();
  const std::string packet = client.Take();
  EXPECT_EQ(packet.substr(0, 59), "PUBLISH topic=events/d1/climate.reading.v1 payload={\"specve");
  EXPECT_TRUE(Has(packet, "\"id\":\"gw/telemetry/0\"")) << packet;
  EXPECT_TRUE(Has(packet, "content_type=application/cloudevents+json")) << packet;
}

TEST_F(LocalEventsTest, NobodyHearsOfAnEventBeforeItIsCommitted) {
  TestClient& client = Subscriber("events/#");
  PublishReading();
  EXPECT_EQ(client.Take(), "");
  Commit();
  EXPECT_TRUE(Has(client.Take(), "\"id\":\"gw/telemetry/0\""));
}

// The publisher is told at once, which is its choice; others see what nothing can take back.
TEST_F(LocalEventsTest, NobodyHearsOfAnEventBeforeItIsCommittedWhateverTheDurability) {
  telemetry_.durability = journal::Durability::kInterval;
  TestClient& client = Subscriber("events/#");
  PublishReading();
  EXPECT_EQ(client.Take(), "");
  Commit();
  EXPECT_TRUE(Has(client.Take(), "\"id\":\"gw/telemetry/0\""));
}

// An idempotent consumer would drop the second reading as a duplicate of the first.
TEST_F(LocalEventsTest, CrashGivesNoIdTwiceThatASubscriberHasSeen) {
  TestClient& before = Subscriber("events/#");
  PublishReading(R"({"t":1})");
  const std::string seen = before.Take();
  CutPower();
  TestClient& after = Subscriber("events/#");
  PublishReading(R"({"t":2})");
  Commit();
  EXPECT_TRUE(Has(after.Take(), "\"id\":\"gw/telemetry/0\""));
  EXPECT_EQ(seen, "");
}

TEST_F(LocalEventsTest, DiskThatFailsShowsNothing) {
  TestClient& client = Subscriber("events/#");
  env_.FailFromNowOn();
  PublishReading();
  Commit();
  EXPECT_EQ(client.Take(), "");
  env_.StopFailing();
  clock_.Advance(std::chrono::minutes(1));
  Commit();
  EXPECT_TRUE(Has(client.Take(), "\"id\":\"gw/telemetry/0\""));
}

TEST_F(LocalEventsTest, DroppedEventIsSeenAsTheGapAsWhichItIsStored) {
  telemetry_.on_full = journal::OnFull::kDropNewest;
  telemetry_.max_bytes = 64 << 10;
  telemetry_.compress = false;
  telemetry_.segment_bytes = 8 << 10;
  Start();
  FillStream();
  Commit();
  TestClient& client = Subscriber("events/#");
  PublishReading();
  Commit();
  const std::string packets = client.Take();
  EXPECT_FALSE(Has(packets, "climate.reading.v1")) << packets;
  EXPECT_EQ(packets.substr(0, 47), "PUBLISH topic=events/gw/sluice.gap.v1 payload={") << packets;
  EXPECT_TRUE(Has(packets, "\"reason\":\"dropped\"")) << packets;
}

TEST_F(LocalEventsTest, EveryEventOfABurstComesOnceAndInOrder) {
  TestClient& client = Subscriber("events/#");
  constexpr int kEvents = 300;  // more than one read brings
  for (int i = 0; i < kEvents; ++i) AppendEvent("d");
  std::string packets;
  for (int i = 0; i < 10; ++i) {
    Commit();
    packets += client.Take();
  }
  size_t at = 0;
  for (int i = 0; i < kEvents; ++i) {
    at = packets.find(fmt::format("\"gw/telemetry/{}\"", i), at);
    ASSERT_NE(at, std::string::npos) << i << " " << packets.size();
  }
  EXPECT_EQ(CountOf(packets, "PUBLISH"), static_cast<size_t>(kEvents));
}

TEST_F(LocalEventsTest, NewcomerHearsNothingOfWhatWasCommittedBefore) {
  PublishReading();
  Commit();
  TestClient& client = Subscriber("events/#");
  Commit();
  EXPECT_EQ(client.Take(), "");
  PublishReading();
  Commit();
  const std::string packets = client.Take();
  EXPECT_EQ(CountOf(packets, "PUBLISH"), 1U) << packets;
  EXPECT_TRUE(Has(packets, "\"id\":\"gw/telemetry/1\"")) << packets;
}

TEST_F(LocalEventsTest, NothingIsReadWhileNobodyListens) {
  Subscriber("devices/#");
  env_.FailAt(0, 0, test::MemoryEnv::kRead);
  PublishReading();
  Commit();
  EXPECT_EQ(env_.counted(), 0U);
}

TEST_F(LocalEventsTest, SubscriberGetsTheRawPublishUnderItsTopicAtOnce) {
  TestClient& client = Subscriber("devices/#");
  PublishReading();
  EXPECT_EQ(client.Take(), "PUBLISH topic=devices/d1/climate payload={\"t\":21.5}");
}

TEST_F(LocalEventsTest, SwitchedOffThereAreNone) {
  options_.local_event_streams = {};
  TestClient& client = Subscriber("events/#");
  PublishReading();
  Commit();
  EXPECT_EQ(client.Take(), "");
}

TEST_F(LocalEventsTest, RefusedMessageMakesNoEvent) {
  telemetry_.max_bytes = 64 << 10;
  telemetry_.compress = false;
  telemetry_.segment_bytes = 8 << 10;
  TestClient& client = Subscriber("events/#");
  FillStream();
  PublishReading();
  Commit();
  EXPECT_EQ(client.Take(), "");
}

// A device cannot speak in another's name by a name that is two levels or a wildcard.
TEST_F(LocalEventsTest, NameOfADeviceIsOneLevel) {
  TestClient& client = Subscriber("events/#");
  AppendEvent("d1/other/+#");
  Commit();
  EXPECT_EQ(client.Take().substr(0, 38), "PUBLISH topic=events/d1_other___/t.v1 ");
}

TEST_F(LocalEventsTest, BytesThatAreNoEventMakeNone) {
  TestClient& client = Subscriber("events/#");
  stream().Append(AsBytes(std::string_view("scrap")));
  Commit();
  EXPECT_EQ(client.Take(), "");
}

}  // namespace
}  // namespace sluice::server
