// What happens to publishers when a stream has no room; see docs/backpressure.md.

#include "server_fixture.h"

namespace sluice::server {
namespace {

class BackpressureTest : public ServerTest {
 protected:
  BackpressureTest() {
    telemetry_.max_bytes = 64 << 10;
    telemetry_.segment_bytes = 8 << 10;
  }
  static void PublishOne(TestClient& client, uint16_t packet_id, Qos qos = Qos::kAtLeastOnce) {
    client.Publish("devices/d1/climate", kReading, qos, packet_id);
  }
  // Each of so many clients, one after the other, publishes what finds no room.
  void FillDirtyBufferOf(int clients) {
    std::vector<TestClient*> publishers;
    for (int i = 0; i < clients; ++i) publishers.push_back(&Connect("d" + std::to_string(i)));
    FillDirtyBuffer();
    for (int i = 0; i < clients; ++i) {
      const std::string n = std::to_string(i);
      publishers[static_cast<size_t>(i)]->Publish("devices/d" + n + "/climate", "{\"t\":" + n + "}",
                                                  Qos::kAtLeastOnce, 1);
      Settle();
    }
  }
  uint64_t paused() { return Count("sluice_connections_paused_total"); }
};

TEST_F(BackpressureTest, FullStreamIsSaidToMqtt5) {
  TestClient& client = Connect("d1");
  FillStream();
  PublishOne(client, 7);
  PublishOne(client, 8, Qos::kExactlyOnce);
  Settle();
  EXPECT_EQ(client.Take(), "PUBACK id=7 reason=97; PUBREC id=8 reason=97");
  EXPECT_EQ(paused(), 0U);
  EXPECT_EQ(Count("sluice_stream_rejected_total", "stream=\"telemetry\""), 2U);
}

TEST_F(BackpressureTest, Mqtt5PublisherGoesOnWhenThereIsRoom) {
  TestClient& client = Connect("d1");
  FillStream();
  PublishOne(client, 7);
  Settle();
  client.Take();
  MakeRoom();
  PublishOne(client, 7);
  Commit();
  EXPECT_EQ(client.Take(), "PUBACK id=7");
}

TEST_F(BackpressureTest, MqttV311PublisherIsNotReadWhileTheStreamIsFull) {
  TestClient& client = ConnectV311("d1");
  FillStream();
  PublishOne(client, 7);
  client.Send(codec::Ping{codec::PacketType::kPingreq});
  Commit();
  EXPECT_EQ(client.Take(), "");
  EXPECT_FALSE(client.closed());
  EXPECT_EQ(paused(), 1U);
}

TEST_F(BackpressureTest, MqttV311PublisherGoesOnByItselfWhenThereIsRoom) {
  TestClient& client = ConnectV311("d1");
  FillStream();
  PublishOne(client, 7);
  PublishOne(client, 8, Qos::kExactlyOnce);
  client.Send(codec::Ping{codec::PacketType::kPingreq});
  Settle();
  MakeRoom();
  EXPECT_EQ(client.Take(), "PINGRESP");
  Commit();
  EXPECT_EQ(client.Take(), "PUBACK id=7; PUBREC id=8");
  EXPECT_EQ(Stored().size(), 2U);
}

TEST_F(BackpressureTest, QoS0IsLostAndCountedWhenTheStreamIsFull) {
  TestClient& client = ConnectV311("d1");
  FillStream();
  PublishOne(client, 0, Qos::kAtMostOnce);
  client.Send(codec::Ping{codec::PacketType::kPingreq});
  Settle();
  EXPECT_EQ(client.Take(), "PINGRESP");
  EXPECT_EQ(Count("sluice_stream_rejected_total", "stream=\"telemetry\""), 1U);
}

// The disk is behind, which passes: nobody is refused, also no MQTT 5 client.
TEST_F(BackpressureTest, FullDirtyBufferPausesUntilTheCommit) {
  for (const Version version : {Version::kV311, Version::kV5}) {
    TestClient& client = Connect("d1", {.version = version});
    FillDirtyBuffer();
    PublishOne(client, 7);
    Settle();
    EXPECT_EQ(client.Take(), "");
    Commit();
    Commit();
    EXPECT_EQ(client.Take(), "PUBACK id=7");
  }
  EXPECT_EQ(paused(), 2U);
  EXPECT_EQ(Count("sluice_stream_busy_total", "stream=\"telemetry\""), 2U);
}

TEST_F(BackpressureTest, AllWhoWaitGoOnInTheOrderOfWaiting) {
  FillDirtyBufferOf(3);
  Commit();
  Commit();
  EXPECT_EQ(Stored(), (std::vector<std::string>{"devices/d0/climate 0", "devices/d1/climate 1",
                                                "devices/d2/climate 2"}));
}

TEST_F(BackpressureTest, ClientThatLeavesWhileItsPublishIsHeldLeavesNothingBehind) {
  TestClient& client = ConnectV311("d1");
  FillStream();
  PublishOne(client, 7);
  Settle();
  ASSERT_EQ(paused(), 1U);
  TestClient& other = Connect("d1");  // Takes it over: a paused connection is not read.
  Until([&] { return client.closed(); });
  MakeRoom();
  EXPECT_TRUE(Stored().empty());
  PublishOne(other, 7);
  Commit();
  EXPECT_EQ(other.Take(), "PUBACK id=7");
}

TEST_F(BackpressureTest, HeldQoS2IsNotTakenForADuplicateAfterTakeover) {
  TestClient& first = Connect("d1", {.version = Version::kV311, .clean_start = false});
  FillStream();
  PublishOne(first, 7, Qos::kExactlyOnce);
  Settle();
  ASSERT_EQ(paused(), 1U);
  TestClient& second = Connect("d1", {.version = Version::kV311, .clean_start = false});
  Until([&] { return first.closed(); });
  MakeRoom();
  PublishOne(second, 7, Qos::kExactlyOnce);
  Commit();
  EXPECT_EQ(second.Take(), "PUBREC id=7");
  EXPECT_EQ(Stored().size(), 1U);
}

TEST_F(BackpressureTest, RoomThatComesBetweenTakeoverAndCloseIsNotGivenToTheOldConnection) {
  TestClient& client = ConnectV311("d1");
  FillStream();
  PublishOne(client, 7);
  Settle();
  client.StopReading();
  TestClient& other = Open(Version::kV311);
  SendConnect(other, "d1", {.version = Version::kV311});
  Until([&] { return other.packet_count() == 1; });
  MakeRoom();
  EXPECT_TRUE(Stored().empty());
}

// Nobody reads its FIN; without this each attempt of a device with a new name would leave a
// connection behind until the uplink is back.
TEST_F(BackpressureTest, ClientThatGivesUpIsNoticedWithoutReadingIt) {
  options_.held_check_interval = std::chrono::milliseconds(1);
  TestClient& leaver = ConnectV311("d1");
  TestClient& stayer = ConnectV311("d2");
  FillStream();
  PublishOne(leaver, 7);
  PublishOne(stayer, 7);
  Settle();
  ASSERT_EQ(paused(), 2U);
  leaver.Vanish();
  Until([&] { return server_->broker().connected_clients() == 1; });
  Settle();
  MakeRoom();
  Commit();
  EXPECT_EQ(stayer.Take(), "PUBACK id=7");
  EXPECT_EQ(Stored().size(), 1U);
}

TEST_F(BackpressureTest, Mqtt311WindowIsKeptByNotReading) {
  options_.session.receive_maximum = 2;
  TestClient& client = ConnectV311("d1");
  for (uint16_t id = 1; id <= 5; ++id) PublishOne(client, id);
  Settle();
  EXPECT_EQ(stream().next_offset(), 2U);
  Commit();
  EXPECT_EQ(stream().next_offset(), 4U);
  Commit();
  Commit();
  EXPECT_EQ(client.Take(), "PUBACK id=1; PUBACK id=2; PUBACK id=3; PUBACK id=4; PUBACK id=5");
}

TEST_F(BackpressureTest, Mqtt5ClientBeyondItsWindowIsClosed) {  // [MQTT-3.3.4-7]
  options_.session.receive_maximum = 2;
  TestClient& client = Connect("d1");
  for (uint16_t id = 1; id <= 3; ++id) PublishOne(client, id);
  Until([&] { return client.closed(); });
  EXPECT_EQ(client.Take().substr(0, 20), "DISCONNECT reason=93");
}

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
  while (Count("sluice_broker_queue_dropped_qos0_total") == 0) {
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

// All connections together; each alone is far below its own bound.
class TotalBoundTest : public BackpressureTest {
 protected:
  TotalBoundTest() {
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
  while (Count("sluice_broker_queue_dropped_qos0_total") == 0) {
    publisher.Publish("news", payload, Qos::kAtMostOnce);
    Settle();
    ASSERT_LE(Gauge("sluice_outgoing_bytes"), (64 << 10) + 10 * 3 * 8'100);
  }
  EXPECT_GT(Gauge("sluice_outgoing_bytes"), 32 << 10);
}

}  // namespace
}  // namespace sluice::server
