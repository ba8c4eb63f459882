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
  ListenTls({.hello_timeout = std::chrono::milliseconds(1)});
  ConnectRaw();
  RunUntil([&] { return client().recorder.closed.has_value(); });
  EXPECT_EQ(counters().handshake_timeouts.value(), 1u);
  EXPECT_EQ(listener_->half_open(), 0u);
  EXPECT_EQ(listener_->connections(), 0u);
}

// What peers say that never get anywhere, as somebody without credentials would.
struct Futile {
  const char* name;
  std::string says;
  bool is_answered = false;
};

class FutilePeersTest : public HandshakeLimitsTest, public testing::WithParamInterface<Futile> {
 protected:
  void ConnectFutile(int count) {
    for (int i = 0; i < count; ++i) {
      const size_t before = connected_.size();
      ConnectRaw();
      client(before).stream->Write(AsBytes(GetParam().says));
      RunUntil([&] { return counters().accepted.value() == connected_.size(); });
      RunTwice();
      if (GetParam().is_answered) AwaitAnswer(client(before).recorder);
    }
  }
  // Whoever has no answer yet waits for us and cannot give way.
  void AwaitAnswer(const Recorder& peer) {
    RunUntil([&] { return !peer.received.empty() || peer.closed.has_value(); });
  }
};

std::string Hello() {
  ByteBuffer hello;
  ByteSpan nothing;
  test::NewClient()->NewEngine()->Handshake(&nothing, &hello);
  return std::string(AsText(hello.view()));
}

INSTANTIATE_TEST_SUITE_P(, FutilePeersTest,
                         testing::Values(Futile{"Silence", ""}, Futile{"OneByte", "\x16"},
                                         Futile{"HalfAHello",
                                                Hello().substr(0, Hello().size() / 2)},
                                         Futile{"LargeRecordsHeader", {"\x16\x03\x01\x40\x00", 5}},
                                         Futile{"HelloAndNothing", Hello(), true}),
                         [](const auto& suite) { return suite.param.name; });

TEST_P(FutilePeersTest, DoNotKeepADeviceOutOfTheHandshakes) {
  ListenTls({.max_half_open = 2});
  ConnectFutile(4);
  Connect(test::NewClient());
  RunUntil([&] { return accepted_.size() == 1 || counters().handshake_timeouts.value() > 0; });
  ASSERT_EQ(accepted_.size(), 1u);
  EXPECT_EQ(server().stream->peer().certificate->name, "alpha");
  EXPECT_EQ(counters().handshake_timeouts.value(), 0u);
}

TEST_P(FutilePeersTest, DoNotKeepADeviceOutOfTheConnections) {
  ListenTls({.max_connections = 3, .max_half_open = 2});
  ConnectFutile(5);
  Connect(test::NewClient());
  RunUntil([&] { return accepted_.size() == 1 || !refused_.empty(); });
  ASSERT_TRUE(refused_.empty()) << refused_[0].ToString();
  EXPECT_LE(listener_->connections(), 3u);
  EXPECT_GE(counters().displaced.value() + counters().handshakes_displaced.value(), 3u);
  EXPECT_EQ(counters().refused.value(), 0u);
}

TEST_F(HandshakeLimitsTest, ConnectionsThatHaveBeenAdmittedStay) {
  ListenTls({.max_connections = 2});
  for (size_t i = 0; i < 2; ++i) {
    ConnectPair(test::NewClient());
    server(i).stream->SetStanding(Standing::kAdmitted);
  }
  Connect(test::NewClient());
  RunUntil([&] { return counters().refused.value() == 1; });
  EXPECT_EQ(counters().displaced.value(), 0u);
  RunTwice();
  EXPECT_FALSE(server(0).recorder.closed);
  EXPECT_FALSE(server(1).recorder.closed);
}

TEST_F(HandshakeLimitsTest, ConnectedAndSilentGivesWayToo) {
  ListenTls({.max_connections = 2});
  for (size_t i = 0; i < 3; ++i) ConnectPair(test::NewClient());
  RunUntil([&] { return server(0).recorder.closed.has_value(); });
  EXPECT_EQ(server(0).recorder.closed->code(), StatusCode::kResourceExhausted);
  EXPECT_FALSE(server(1).recorder.closed);
  EXPECT_EQ(listener_->connections(), 2u);
}

TEST_F(HandshakeLimitsTest, PeersThatHaveNotSaidHelloHoldNoEngine) {
  ListenTls();
  for (int i = 0; i < 3; ++i) ConnectRaw();
  RunUntil([&] { return counters().accepted.value() == 3; });
  EXPECT_EQ(listener_->half_open(), 3u);
  EXPECT_EQ(counters().half_open.value(), 0);
}

// The workers are busy with others: a client hello has arrived, and nobody answers it.
class WaitingHandshakeTest : public HandshakeLimitsTest {
 protected:
  void ConnectAndWait(const StreamLimits& limits) {
    ListenTls(limits);
    ConnectRaw();
    client().stream->Write(AsBytes(Hello()));
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

TEST_F(HandshakeLimitsTest, FloodOfAnUnfinishedHelloIsCut) {
  ListenTls({.max_hello_bytes = 1000});
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
