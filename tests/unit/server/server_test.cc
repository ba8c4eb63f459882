#include "server/server.h"

#include "socket_server.h"

namespace sluice::server {
namespace {

class ShutdownTest : public ServerTest {
 protected:
  void UntilDown() {
    Until([&] { return shut_down_; });
  }
};

TEST_F(ShutdownTest, ClientsAreToldAndClosed) {
  TestClient& v5 = Connect("d1");
  TestClient& v311 = ConnectV311("d2");
  Shutdown();
  UntilDown();
  Until([&] { return v5.closed() && v311.closed(); });
  EXPECT_EQ(v5.Take().substr(0, 20), "DISCONNECT reason=8B");
  EXPECT_EQ(v311.Take(), "");
}

TEST_F(ShutdownTest, WithoutClientsEndsAtOnce) {
  Start();
  Shutdown();
  UntilDown();
}

TEST_F(ShutdownTest, WhatWasTakenIsAcknowledgedFirst) {
  TestClient& client = Connect("d1");
  client.Publish("devices/d1/climate", kReading, Qos::kAtLeastOnce, 7);
  Settle();
  Shutdown();
  Settle();
  EXPECT_EQ(client.Take(), "");
  RunJournal();
  UntilDown();
  Until([&] { return client.closed(); });
  EXPECT_EQ(client.Take().substr(0, 33), "PUBACK id=7; DISCONNECT reason=8B");
}

TEST_F(ShutdownTest, NothingMoreIsTaken) {
  TestClient& client = Connect("d1");
  client.Publish("devices/d1/climate", kReading, Qos::kAtLeastOnce, 7);
  Settle();
  Shutdown();
  client.Publish("devices/d1/climate", kReading, Qos::kAtLeastOnce, 8);
  Settle();
  EXPECT_EQ(stream().next_offset(), 1U);
}

// The disk never answers.
TEST_F(ShutdownTest, DiskThatHangsIsWaitedForOnlySoLong) {
  TestClient& client = Connect("d1");
  client.Publish("devices/d1/climate", kReading, Qos::kAtLeastOnce, 7);
  Settle();
  Shutdown(std::chrono::seconds(60));
  scheduler_.Advance(std::chrono::seconds(59));
  EXPECT_FALSE(shut_down_);
  EXPECT_EQ(client.Take(), "");
  scheduler_.Advance(std::chrono::seconds(2));
  EXPECT_TRUE(shut_down_);
  EXPECT_TRUE(client.closed());
  EXPECT_EQ(client.Take().substr(0, 20), "DISCONNECT reason=8B");
}

TEST_F(ShutdownTest, ClientThatDoesNotReadIsWaitedForOnlySoLong) {
  TestClient& client = Connect("d1");
  client.Subscribe("flood");
  Settle();
  client.StopReading();
  TestClient& publisher = Connect("d2");
  const std::string payload(100'000, 'x');
  while (Count("sluice_broker_queue_dropped_total", "qos=\"0\"") == 0) {
    publisher.Publish("flood", payload, Qos::kAtMostOnce);
    Settle();
  }
  Shutdown();
  scheduler_.Advance(stream_limits_.close_linger - std::chrono::milliseconds(1));
  EXPECT_FALSE(shut_down_);
  scheduler_.Advance(std::chrono::milliseconds(1));
  EXPECT_TRUE(shut_down_);
  EXPECT_FALSE(client.closed());
}

TEST_F(ShutdownTest, HeldPublishIsNotWaitedFor) {
  telemetry_.max_bytes = 64 << 10;
  telemetry_.compress = false;
  telemetry_.segment_bytes = 8 << 10;
  TestClient& client = ConnectV311("d1");
  FillStream();
  client.Publish("devices/d1/climate", kReading, Qos::kAtLeastOnce, 7);
  Settle();
  Shutdown();
  UntilDown();
  Until([&] { return client.closed(); });
  EXPECT_EQ(client.Take(), "");
}

TEST_F(ShutdownTest, ClientThatHasNotSaidConnectIsClosed) {
  TestClient& client = Open();
  Settle();
  Shutdown();
  UntilDown();
  Until([&] { return client.closed(); });
}

using ListenerShutdownTest = SocketServerTest;

TEST_F(ListenerShutdownTest, NobodyIsAcceptedAnyMore) {
  TestClient& client = Connect("d1");
  client.Publish("devices/d1/climate", kReading, Qos::kAtLeastOnce, 7);
  Settle();
  const std::string address = server_->listeners().front()->address();
  Shutdown();
  Settle();
  std::optional<Status> outcome;
  const auto connector = transport::Connector::Connect(
      loop_, {.address = address},
      [&](Result<std::unique_ptr<transport::ByteStream>> result) { outcome = result.status(); });
  Until([&] { return outcome.has_value(); });
  EXPECT_FALSE(outcome->ok());
}

class ServerLifeTest : public ServerTest {};

TEST_F(ServerLifeTest, CanBeDestroyedWithClientsAndCommitsPending) {
  TestClient& client = Connect("d1");
  client.Publish("devices/d1/climate", kReading, Qos::kAtLeastOnce, 7);
  Settle();
  Stop();
  RunJournal();
  Until([&] { return client.closed(); });
}

TEST_F(ServerLifeTest, CanBeDestroyedBetweenSpaceAndRetry) {
  telemetry_.max_bytes = 64 << 10;
  telemetry_.compress = false;
  telemetry_.segment_bytes = 8 << 10;
  TestClient& client = ConnectV311("d1");
  FillStream();
  client.Publish("devices/d1/climate", kReading, Qos::kAtLeastOnce, 7);
  Settle();
  journal::Cursor* const cursor = stream().cursor("cloud");
  cursor->Advance({.acknowledged = stream().committed_offset() - cursor->offset()});
  RunJournal();  // Posts the retry.
  Stop();
  Settle();
}

TEST_F(ServerLifeTest, StrangerWithoutIdentityIsToldAndClosed) {
  Start();
  TestClient& client = clients_.emplace_back(Version::kV5);
  ArriveAs("", client);
  SendConnect(client, "stranger", {});
  Until([&] { return client.closed(); });
  EXPECT_EQ(client.Take(), "CONNACK reason=87");
  EXPECT_EQ(Count("sluice_connects_refused_total", "reason=\"not_authorized\""), 1U);
}

TEST_F(ServerLifeTest, DelayedWillIsPublishedByTheTimer) {
  TestClient& watcher = Connect("watcher");
  watcher.Subscribe("status/#");
  codec::Will will;
  will.topic = "status/d1";
  will.payload = AsBytes(std::string_view("lost"));
  will.properties.will_delay_interval = 1;
  TestClient& client = Connect("d1", {.expiry_seconds = 60, .will = will});
  Settle();
  client.Vanish();
  Settle();
  EXPECT_EQ(watcher.packet_count(), 2U);
  Until([&] { return watcher.packet_count() == 3; });
}

}  // namespace
}  // namespace sluice::server
