#include "server/connection.h"

#include "server_fixture.h"

namespace sluice::server {
namespace {

class ConnectionTest : public ServerTest {};

TEST_F(ConnectionTest, PubackLeavesOnlyAfterTheCommit) {  // Invariant 1.
  TestClient& client = Connect("d1");
  client.Publish("devices/d1/climate", kReading, Qos::kAtLeastOnce, 7);
  Settle();
  EXPECT_EQ(client.Take(), "");
  EXPECT_EQ(stream().next_offset(), 1U);
  Commit();
  EXPECT_EQ(client.Take(), "PUBACK id=7");
}

// Nothing ends and nothing is lost; it takes the time that the rate gives.
TEST_F(ConnectionTest, FloodOfPingsIsAnsweredAtTheRate) {
  options_.session.control_burst = 10;
  options_.session.control_per_second = 100;
  TestClient& client = Connect("d1");
  const MonotonicTime begin = clock_.Now();
  for (int i = 0; i < 110; ++i) client.Send(codec::Ping{codec::PacketType::kPingreq});
  Settle();
  EXPECT_EQ(client.packet_count(), 11U);  // and CONNACK
  Until([&] { return client.packet_count() == 111; });
  EXPECT_GE(clock_.Now() - begin, std::chrono::milliseconds(990));
  EXPECT_LE(clock_.Now() - begin, std::chrono::milliseconds(1100));
  EXPECT_FALSE(client.closed());
  EXPECT_GT(Count("sluice_session_limit_total", "limit=\"control_rate\""), 0U);
}

TEST_F(ConnectionTest, PubrecLeavesOnlyAfterTheCommit) {  // Invariant 1.
  TestClient& client = ConnectV311("d1");
  client.Publish("devices/d1/climate", kReading, Qos::kExactlyOnce, 7);
  Settle();
  EXPECT_EQ(client.Take(), "");
  Commit();
  EXPECT_EQ(client.Take(), "PUBREC id=7");
  client.Release(7);
  Settle();
  EXPECT_EQ(client.Take(), "PUBCOMP id=7");
  EXPECT_EQ(Stored().size(), 1U);
}

TEST_F(ConnectionTest, NothingIsAcknowledgedWhileTheDiskFails) {  // Invariant 1.
  TestClient& client = Connect("d1");
  env_.FailFromNowOn(test::MemoryEnv::kSync);
  client.Publish("devices/d1/climate", kReading, Qos::kAtLeastOnce, 7);
  Commit();
  EXPECT_TRUE(env_.has_failed());
  EXPECT_EQ(client.Take(), "");
  env_.StopFailing();
  clock_.Advance(std::chrono::minutes(1));
  Commit();
  EXPECT_EQ(client.Take(), "PUBACK id=7");
}

TEST_F(ConnectionTest, WhatWasAcknowledgedSurvivesAPowerCut) {  // Invariant 1.
  TestClient& client = Connect("d1");
  client.Publish("devices/d1/climate", kReading, Qos::kAtLeastOnce, 7);
  Commit();
  ASSERT_EQ(client.Take(), "PUBACK id=7");
  client.Publish("devices/d1/climate", R"({"t":9})", Qos::kAtLeastOnce, 8);
  Settle();
  env_.FailFromNowOn();
  clients_.clear();
  Stop();
  journal_.reset();
  env_.StopFailing();
  env_.Kill();
  env_.DropUnsynced();
  Start();
  EXPECT_EQ(Stored(), std::vector<std::string>{"devices/d1/climate 21.5"});
}

TEST_F(ConnectionTest, AcknowledgementsLeaveInTheOrderOfArrival) {  // [MQTT-4.6.0-2]
  TestClient& client = Connect("d1");
  for (uint16_t id = 1; id <= 3; ++id) {
    client.Publish("devices/d1/climate", kReading, Qos::kAtLeastOnce,
                   static_cast<uint16_t>(9 - id));
  }
  Commit();
  EXPECT_EQ(client.Take(), "PUBACK id=8; PUBACK id=7; PUBACK id=6");
}

// The second and third could be answered at once: one feeds no stream, one may not be published.
TEST_F(ConnectionTest, NoAcknowledgementOvertakesOneThatWaitsForItsCommit) {  // [MQTT-4.6.0-2]
  TestClient& client = Connect("d1");
  client.Publish("devices/d1/climate", kReading, Qos::kAtLeastOnce, 1);
  client.Publish("elsewhere", "x", Qos::kAtLeastOnce, 2);
  client.Publish("forbidden/x", "x", Qos::kAtLeastOnce, 3);
  Settle();
  EXPECT_EQ(client.Take(), "");
  Commit();
  EXPECT_EQ(client.Take(), "PUBACK id=1; PUBACK id=2 reason=10; PUBACK id=3 reason=87");
}

// Found by ./run simulate: the refused identifier stayed with the session, so that its repetition
// was never answered, nor was anything behind it.
TEST_F(ConnectionTest, RefusedQos2MessageOfA311ClientDoesNotSilenceItsSession) {
  const ClientOptions options{.version = Version::kV311, .clean_start = false};
  TestClient& before = Connect("d1", options);
  before.Publish("devices/d1/climate", kReading, Qos::kAtLeastOnce, 6);
  before.Publish("forbidden/x", "x", Qos::kExactlyOnce, 7);
  Commit();
  EXPECT_TRUE(before.closed());
  TestClient& again = Connect("d1", options);
  codec::Publish publish;
  publish.dup = true;
  publish.qos = Qos::kExactlyOnce;
  publish.packet_id = 7;
  publish.topic = "forbidden/x";
  again.Send(publish);
  Settle();
  EXPECT_TRUE(again.closed());
  TestClient& better = Connect("d1", options);
  better.Publish("devices/d1/climate", kReading, Qos::kExactlyOnce, 7);
  Commit();
  EXPECT_EQ(better.Take(), "PUBREC id=7");
}

TEST_F(ConnectionTest, RepeatedPublishIsStoredOnce) {
  TestClient& client = Connect("d1");
  codec::Publish publish;
  publish.qos = Qos::kExactlyOnce;
  publish.packet_id = 4;
  publish.topic = "devices/d1/climate";
  publish.payload = AsBytes(std::string_view(kReading));
  client.Send(publish);
  publish.dup = true;
  client.Send(publish);
  Commit();
  EXPECT_EQ(client.Take(), "PUBREC id=4");
  EXPECT_EQ(Stored().size(), 1U);
}

TEST_F(ConnectionTest, QoS0IsStoredAndNobodyIsTold) {
  TestClient& client = Connect("d1");
  client.Publish("devices/d1/climate", kReading, Qos::kAtMostOnce);
  Commit();
  EXPECT_EQ(client.Take(), "");
  EXPECT_EQ(Stored().size(), 1U);
}

TEST_F(ConnectionTest, CommitAfterTheClientHasGoneHurtsNobody) {
  TestClient& client = Connect("d1");
  client.Publish("devices/d1/climate", kReading, Qos::kAtLeastOnce, 7);
  Settle();
  client.Vanish();
  Settle();
  EXPECT_EQ(server_->broker().connected_clients(), 0U);
  Commit();
  EXPECT_EQ(Stored().size(), 1U);
}

TEST_F(ConnectionTest, CommitDoesNotAnswerTheNextConnectionForTheLast) {
  TestClient& first = Connect("d1", {.clean_start = false, .expiry_seconds = 60});
  first.Publish("devices/d1/climate", kReading, Qos::kAtLeastOnce, 7);
  Settle();
  first.Vanish();
  Settle();
  TestClient& second = Connect("d1", {.clean_start = false, .expiry_seconds = 60});
  second.Publish("devices/d1/climate", R"({"t":1})", Qos::kAtLeastOnce, 7);
  second.Publish("devices/d1/climate", R"({"t":2})", Qos::kAtLeastOnce, 8);
  Commit();
  EXPECT_EQ(second.Take(), "PUBACK id=7; PUBACK id=8");
}

// What the first connection had accepted is acknowledged on the second, which repeats it.
TEST_F(ConnectionTest, QoS2IsStoredOnceAcrossConnections) {
  const ClientOptions persistent{.clean_start = false, .expiry_seconds = 60};
  TestClient& first = Connect("d1", persistent);
  first.Publish("devices/d1/climate", kReading, Qos::kExactlyOnce, 7);
  Settle();
  first.Vanish();
  Settle();
  TestClient& second = Connect("d1", persistent);
  second.Publish("devices/d1/climate", kReading, Qos::kExactlyOnce, 7);
  Settle();
  EXPECT_EQ(second.Take(), "");
  Commit();
  EXPECT_EQ(second.Take(), "PUBREC id=7");
  EXPECT_EQ(Stored().size(), 1U);
}

TEST_F(ConnectionTest, SecondConnectionOfAClientTakesTheFirstOver) {
  TestClient& first = Connect("d1");
  TestClient& second = Connect("d1");
  Until([&] { return first.closed(); });
  EXPECT_EQ(first.Take().substr(0, 20), "DISCONNECT reason=8E");  // [MQTT-3.1.4-3]
  second.Publish("devices/d1/climate", kReading, Qos::kAtLeastOnce, 1);
  Commit();
  EXPECT_EQ(second.Take(), "PUBACK id=1");
}

TEST_F(ConnectionTest, RefusedClientIsToldAndClosed) {
  TestClient& client = Open();
  codec::Will will;
  will.topic = "forbidden/x";
  SendConnect(client, "d1", {.will = will});
  Until([&] { return client.closed(); });
  EXPECT_EQ(client.Take(), "CONNACK reason=87");
}

TEST_F(ConnectionTest, BytesThatAreNoPacketCloseTheConnection) {
  TestClient& client = Connect("d1");
  client.SendBytes(AsBytes(std::string_view("\xFF\xFF\xFF\xFF\xFF", 5)));
  Until([&] { return client.closed(); });
  EXPECT_EQ(client.Take().substr(0, 20), "DISCONNECT reason=81");
  EXPECT_EQ(server_->broker().connected_clients(), 0U);
}

TEST_F(ConnectionTest, WillOfALostClientIsPublished) {
  TestClient& watcher = Connect("watcher");
  watcher.Subscribe("status/#");
  codec::Will will;
  will.topic = "status/d1";
  will.payload = AsBytes(std::string_view("lost"));
  TestClient& client = Connect("d1", {.will = will});
  Settle();
  watcher.Take();
  client.Vanish();
  Until([&] { return watcher.packet_count() == 3; });
  EXPECT_EQ(watcher.Take(), "PUBLISH topic=status/d1 payload=lost");
}

}  // namespace
}  // namespace sluice::server
