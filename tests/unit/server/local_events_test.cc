#include "server/local_events.h"

#include "schema/event_builder.h"
#include "server_fixture.h"

namespace sluice::server {
namespace {

class LocalEventsTest : public ServerTest {
 protected:
  TestClient& Subscriber(std::string_view filter) {
    TestClient& client = Connect("subscriber");
    client.Subscribe(filter);
    Settle();
    client.Take();
    return client;
  }
  void PublishReading(std::string_view topic = "devices/d1/climate") {
    Connect("publisher").Publish(topic, kReading, Qos::kAtLeastOnce, 1);
    Settle();
  }
};

TEST_F(LocalEventsTest, SubscriberGetsTheEventAsCloudEventsJson) {
  TestClient& client = Subscriber("events/d1/climate.reading.v1");
  PublishReading();
  const std::string packet = client.Take();
  EXPECT_EQ(packet.substr(0, 59), "PUBLISH topic=events/d1/climate.reading.v1 payload={\"specve");
  EXPECT_NE(packet.find("\"id\":\"gw/telemetry/0\""), std::string::npos) << packet;
  EXPECT_NE(packet.find("content_type=application/cloudevents+json"), std::string::npos) << packet;
}

TEST_F(LocalEventsTest, SubscriberGetsTheRawPublishUnderItsTopic) {
  TestClient& client = Subscriber("devices/#");
  PublishReading();
  EXPECT_EQ(client.Take(), "PUBLISH topic=devices/d1/climate payload={\"t\":21.5}");
}

TEST_F(LocalEventsTest, SwitchedOffThereAreNone) {
  options_.local_events = false;
  TestClient& client = Subscriber("events/#");
  PublishReading();
  EXPECT_EQ(client.Take(), "");
}

TEST_F(LocalEventsTest, RefusedMessageMakesNoEvent) {
  telemetry_.max_bytes = 64 << 10;
  telemetry_.segment_bytes = 8 << 10;
  TestClient& client = Subscriber("events/#");
  FillStream();
  PublishReading();
  EXPECT_EQ(client.Take(), "");
}

// A device cannot speak in another's name by a name that is two levels or a wildcard.
TEST_F(LocalEventsTest, NameOfADeviceIsOneLevel) {
  TestClient& client = Subscriber("events/#");
  schema::EventBuilder builder;
  builder.Start();
  LocalEvents events(true, clock_);
  auto& broker = const_cast<broker::Broker&>(server_->broker());
  events.SetBroker(&broker);
  events.Publish(builder.Finish(
      {.type = "t.v1", .gateway = "gw", .stream = "telemetry", .device = "d1/other/+#"}));
  Settle();
  EXPECT_EQ(client.Take().substr(0, 38), "PUBLISH topic=events/d1_other___/t.v1 ");
}

TEST_F(LocalEventsTest, BytesThatAreNoEventMakeNone) {
  TestClient& client = Subscriber("events/#");
  LocalEvents events(true, clock_);
  events.SetBroker(&const_cast<broker::Broker&>(server_->broker()));
  events.Publish(AsBytes(std::string_view("scrap")));
  Settle();
  EXPECT_EQ(client.Take(), "");
}

}  // namespace
}  // namespace sluice::server
