#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "busy_workers.h"
#include "loopback.h"
#include "test_pki.h"
#include "tls/engine.h"

namespace sluice::transport {
namespace {

class HandshakeLimitsTest : public LoopbackTest {
 protected:
  void ListenTls(const StreamLimits& limits = {}) {
    Listen({.tls = test::NewServer(), .limits = limits});
  }
  // A peer that speaks TCP and no TLS unless the test does.
  void ConnectRaw() {
    const size_t before = connected_.size();
    Connect();
    RunUntil([&] { return connected_.size() > before; });
  }
  uint64_t Failures(tls::Failure failure) {
    return counters().failures.at(static_cast<size_t>(failure))->value();
  }
};

TEST_F(HandshakeLimitsTest, SilentPeerTimesOut) {
  ListenTls({.handshake_timeout = std::chrono::milliseconds(1)});
  ConnectRaw();
  RunUntil([&] { return client().recorder.closed.has_value(); });
  EXPECT_EQ(counters().handshake_timeouts.value(), 1u);
  EXPECT_EQ(listener_->half_open(), 0u);
  EXPECT_EQ(listener_->connections(), 0u);
}

TEST_F(HandshakeLimitsTest, HalfOpenConnectionsAreBoundedAndTheRestWaits) {
  ListenTls({.max_half_open = 2});
  for (int i = 0; i < 3; ++i) ConnectRaw();
  RunUntil([&] { return counters().accept_pauses.value() == 1; });
  EXPECT_EQ(listener_->half_open(), 2u);
  EXPECT_EQ(counters().accepted.value(), 2u);
  client(0).stream.reset();  // makes room for the third
  RunUntil([&] { return counters().accepted.value() == 3; });
  EXPECT_EQ(listener_->half_open(), 2u);
  EXPECT_EQ(counters().handshake_aborts.value(), 1u);
}

TEST_F(HandshakeLimitsTest, DeviceThatWaitedForARoomIsServed) {
  ListenTls({.max_half_open = 1});
  ConnectRaw();
  RunUntil([&] { return listener_->half_open() == 1; });
  Connect(test::NewClient());
  RunUntil([&] { return counters().accept_pauses.value() == 1; });
  client(0).stream.reset();
  RunUntil([&] { return accepted_.size() == 1; });
  EXPECT_EQ(server().stream->peer().identity, "alpha");
}

// The workers are busy with others: a client hello has arrived, and nobody answers it.
class WaitingHandshakeTest : public HandshakeLimitsTest {
 protected:
  void ConnectAndWait(const StreamLimits& limits) {
    ListenTls(limits);
    ConnectRaw();
    ByteBuffer hello;
    ByteSpan nothing;
    test::NewClient()->NewEngine()->Handshake(&nothing, &hello);
    client().stream->Write(hello.view());
    RunUntil([&] { return loop_.waiting_work() == 2; });
  }

  BusyWorkers workers_{loop_};
};

TEST_F(WaitingHandshakeTest, PeerThatGivesUpBuysNoWork) {
  ConnectAndWait({});
  client().stream.reset();
  RunTwice();
  workers_.LetGo();
  RunUntil([&] { return counters().handshake_aborts.value() == 1; });
  EXPECT_EQ(listener_->half_open(), 0u);
}

TEST_F(WaitingHandshakeTest, TimeInTheQueueIsNotThePeers) {
  ConnectAndWait({.handshake_timeout = std::chrono::milliseconds(300)});
  bool later = false;
  const Timer timer = loop_.StartTimer(std::chrono::milliseconds(400), [&] { later = true; });
  RunUntil([&] { return later; });
  EXPECT_EQ(counters().handshake_timeouts.value(), 0u);
  workers_.LetGo();
  RunUntil([&] { return !client().recorder.received.empty(); });  // the answer, at last
}

TEST_F(HandshakeLimitsTest, FloodOfAnUnfinishedRecordIsCut) {
  ListenTls({.max_handshake_bytes = 1000});
  ConnectRaw();
  client().stream->Write(AsBytes(std::string("\x16\x03\x01\x40\x00", 5) + std::string(2000, 'x')));
  RunUntil([&] { return client().recorder.closed.has_value(); });
  EXPECT_EQ(counters().handshake_floods.value(), 1u);
}

TEST_F(HandshakeLimitsTest, DripOfBytesBuysNoWork) {
  ListenTls();
  ConnectRaw();
  for (const char byte : std::string("\x16\x03\x01\x00\x10", 5)) {
    client().stream->Write(AsBytes(std::string_view(&byte, 1)));
    RunTwice();
    EXPECT_EQ(loop_.waiting_work(), 0u);
  }
  EXPECT_EQ(listener_->half_open(), 1u);
}

TEST_F(HandshakeLimitsTest, PlainMqttOnATlsPortIsRefused) {
  ListenTls();
  ConnectRaw();
  client().stream->Write(
      AsBytes(std::string_view("\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00", 14)));
  RunUntil([&] { return Failures(tls::Failure::kProtocol) == 1 && client().recorder.closed; });
}

TEST_F(HandshakeLimitsTest, MissingCertificateIsCountedAndTheClientHearsWhy) {
  ListenTls();
  Connect(test::NewClient(test::PkiClient("")));
  // In TLS 1.3 the client is connected before it is judged, and hears of it afterwards.
  const auto hears = [&] {
    return refused_.size() == 1 || (connected_.size() == 1 && client().recorder.closed);
  };
  RunUntil([&] { return Failures(tls::Failure::kNoCertificate) == 1 && hears(); });
  for (const Status& status : refused_) {
    EXPECT_THAT(status.message(), testing::HasSubstr("peer_alert"));
  }
  EXPECT_TRUE(accepted_.empty());
}

TEST_F(HandshakeLimitsTest, ExpiredCertificateIsCounted) {
  ListenTls();
  Connect(test::NewClient(test::PkiClient("old")));
  RunUntil([&] { return Failures(tls::Failure::kExpired) == 1; });
}

TEST_F(HandshakeLimitsTest, ListenerClosedDuringHandshakesLeavesNothing) {
  ListenTls();
  for (int i = 0; i < 5; ++i) Connect(test::NewClient());
  RunUntil([&] { return listener_->half_open() > 0; });
  listener_.reset();
  RunUntil([&] { return refused_.size() + connected_.size() == 5; });
  EXPECT_EQ(loop_.waiting_work(), 0u);
}

}  // namespace
}  // namespace sluice::transport
