// What subscribers that do not read, and all connections together, may hold; see
// docs/backpressure.md.

#include "backpressure_fixture.h"
#include "socket_server.h"

namespace sluice::server {
namespace {

// Subscribers that take less than they are sent.
class SubscriberTest : public BackpressureTest {
 protected:
  SubscriberTest() {
    stream_limits_.output_high_bytes = 32 << 10;
    stream_limits_.output_low_bytes = 8 << 10;
    stream_limits_.max_output_bytes = 128 << 10;
  }
  static void Retain(TestClient& client, const std::string& topic, const std::string& payload) {
    codec::Publish publish;
    publish.topic = topic;
    publish.payload = AsBytes(payload);
    publish.retain = true;
    client.Send(publish);
  }
};

// Far more than may wait in its output, all within one iteration of the loop.
TEST_F(SubscriberTest, IsNotClosedForWhatItIsSentAtOnce) {
  TestClient& publisher = Connect("publisher");
  for (int i = 0; i < 20; ++i) {
    Retain(publisher, "news/" + std::to_string(i), std::string(20'000, 'n'));
    Settle();
  }
  TestClient& subscriber = Connect("subscriber");
  subscriber.Subscribe("news/#");
  Until([&] { return subscriber.packet_count() == 2 + 20 || subscriber.closed(); });
  EXPECT_FALSE(subscriber.closed());
}

TEST_F(SubscriberTest, ThatDoesNotReadDelaysNobodyElse) {
  TestClient& slow = Connect("slow");
  slow.Subscribe("news");
  TestClient& quick = Connect("quick");
  quick.Subscribe("news");
  Settle();
  slow.StopReading();
  TestClient& publisher = Connect("publisher");
  const std::string payload(20'000, 'n');
  size_t sent = 0;
  while (Count("sluice_broker_queue_dropped_total", "qos=\"0\"") == 0) {
    publisher.Publish("news", payload, Qos::kAtMostOnce);
    ++sent;
    Settle();
  }
  EXPECT_EQ(quick.packet_count(), 2 + sent);
  EXPECT_FALSE(slow.closed());
  slow.ReadAgain();
  const size_t before = slow.packet_count();
  Until([&] { return slow.packet_count() > before + 5; });
}

// All connections together; each alone is far below its own bound. A listener's streams reckon what
// they hold, those in memory do not.
class TotalBoundTest : public SocketServerTest {
 protected:
  TotalBoundTest() {
    MakeSmall(&telemetry_);
    options_.max_input_bytes = 128 << 10;
    options_.max_outgoing_bytes = 64 << 10;
  }
  // The beginning of a packet of 100 KiB.
  static void SendPart(TestClient& client, size_t bytes) {
    ByteBuffer packet;
    codec::Publish publish;
    publish.topic = "devices/d1/climate";
    const std::string payload(100 << 10, 'x');
    publish.payload = AsBytes(payload);
    codec::Encode(publish, client.version(), &packet);
    client.SendBytes(packet.view().first(bytes));
  }
  uint64_t shortages() {
    return Count("sluice_listener_input_shortages_total", "listener=\"test\"");
  }
};

TEST_F(TotalBoundTest, PacketsThatNeverEndDoNotFillTheMemory) {
  size_t closed = 0;
  for (int i = 0; i < 20; ++i) {
    TestClient& client = Connect("d" + std::to_string(i));
    SendPart(client, 60 << 10);
    Settle();
    EXPECT_LE(Gauge("sluice_input_bytes"), (128 << 10) + (128 << 10));
  }
  for (const TestClient& client : clients_) closed += client.closed();
  EXPECT_GE(closed, 15U);
  EXPECT_EQ(shortages(), closed);
}

TEST_F(TotalBoundTest, SmallPacketsAreServedWhenTheInputIsUsedUp) {
  TestClient& victim = Connect("d1");
  for (int i = 2; i < 6; ++i) {
    SendPart(Connect("d" + std::to_string(i)), 60 << 10);
    Settle();
  }
  ASSERT_GT(shortages(), 0U);
  for (uint16_t id = 1; id <= 50; ++id) PublishOne(victim, id);
  for (int i = 0; i < 10; ++i) Commit();
  EXPECT_EQ(victim.packet_count(), 51U);
  EXPECT_FALSE(victim.closed());
}

TEST_F(TotalBoundTest, MemoryOfInputComesBackWithTheConnections) {
  for (int i = 0; i < 5; ++i) SendPart(Connect("d" + std::to_string(i)), 60 << 10);
  Settle();
  EXPECT_GT(Gauge("sluice_input_bytes"), 0);
  for (TestClient& client : clients_) {
    if (!client.closed()) client.Vanish();
  }
  Settle();
  EXPECT_EQ(Gauge("sluice_input_bytes"), 0);
}

TEST_F(TotalBoundTest, HeldMessagesCount) {
  TestClient& client = ConnectV311("d1");
  FillStream();
  client.Publish("devices/d1/climate", std::string(20'000, ' ') + kReading, Qos::kAtLeastOnce, 1);
  Settle();
  EXPECT_GE(Gauge("sluice_input_bytes"), 17'000);
  MakeRoom();
  EXPECT_EQ(Gauge("sluice_input_bytes"), 0);
}

// Not read: all of them are held up, none is closed, and all go on by themselves.
TEST_F(TotalBoundTest, PausedPublishersAreNeverClosedForIt) {
  std::vector<TestClient*> publishers;
  publishers.reserve(10);
  for (int i = 0; i < 10; ++i) publishers.push_back(&ConnectV311("d" + std::to_string(i)));
  FillStream();
  for (TestClient* client : publishers) {
    for (uint16_t id = 1; id <= 20; ++id) {
      client->Publish("devices/d1/climate", std::string(1000, ' ') + kReading, Qos::kAtLeastOnce,
                      id);
    }
  }
  Settle();
  EXPECT_LE(Gauge("sluice_input_bytes"), (128 << 10) + (64 << 10));
  MakeRoom();
  for (int i = 0; i < 100; ++i) MakeRoom();
  for (const TestClient* client : publishers) {
    EXPECT_FALSE(client->closed());
    EXPECT_EQ(client->packet_count(), 21U);
  }
  EXPECT_EQ(shortages(), 0U);
}

TEST_F(TotalBoundTest, MessagesInFlightAreBoundedOverAllSubscribers) {
  for (int i = 0; i < 10; ++i) {
    Connect("s" + std::to_string(i)).Subscribe("news", Qos::kAtLeastOnce);
  }
  Settle();
  TestClient& publisher = Connect("p");
  for (int i = 0; i < 10; ++i) {
    publisher.Publish("news", std::string(4000, 'n'), Qos::kAtLeastOnce, 1);
    Settle();
  }
  EXPECT_LE(Gauge("sluice_outgoing_bytes"), (64 << 10) + 10 * 4100);
  EXPECT_GT(Count("sluice_outgoing_shortages_total"), 0U);
}

TEST_F(TotalBoundTest, WhatWaitedForTheWindowsComesInOrderWhenTheyAreAcknowledged) {
  TestClient& slow = Connect("slow");
  slow.Subscribe("news", Qos::kAtLeastOnce);
  Settle();
  slow.Take();
  TestClient& publisher = Connect("p");
  const std::string payload(40'000, 'n');
  for (int i = 0; i < 4; ++i) publisher.Publish("news", payload, Qos::kAtLeastOnce, 1);
  Settle();
  EXPECT_EQ(slow.packet_count(), 2U + 2U);
  for (uint16_t id = 1; id <= 4; ++id) {
    slow.Send(codec::Ack{.type = codec::PacketType::kPuback, .packet_id = id, .properties = {}});
    Settle();
  }
  EXPECT_EQ(slow.packet_count(), 2U + 4U);
  EXPECT_EQ(Gauge("sluice_outgoing_bytes"), 0);
}

TEST_F(TotalBoundTest, OutputIsBoundedOverAllSubscribers) {
  stream_limits_.output_low_bytes = 4 << 10;
  for (int i = 0; i < 10; ++i) {
    TestClient& slow = Connect("s" + std::to_string(i));
    slow.Subscribe("news");
    Settle();
    slow.StopReading();
  }
  TestClient& publisher = Connect("p");
  const std::string payload(8'000, 'n');
  while (Count("sluice_broker_queue_dropped_total", "qos=\"0\"") == 0) {
    publisher.Publish("news", payload, Qos::kAtMostOnce);
    Settle();
    ASSERT_LE(Gauge("sluice_outgoing_bytes"), (64 << 10) + 10 * 3 * 8'100);
  }
  EXPECT_GT(Gauge("sluice_outgoing_bytes"), 32 << 10);
}

}  // namespace
}  // namespace sluice::server
