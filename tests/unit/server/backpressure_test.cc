// What happens to publishers when a stream has no room; see docs/backpressure.md.

#include "backpressure_fixture.h"

namespace sluice::server {
namespace {

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

}  // namespace
}  // namespace sluice::server
