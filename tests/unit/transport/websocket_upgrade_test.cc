#include "transport/websocket_upgrade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/label.h"
#include "loopback.h"
#include "test_pki.h"
#include "tls/context.h"

namespace sluice::transport {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kRequest =
    "GET /mqtt HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n";
// "hi", masked with zeros.
constexpr std::string_view kHi("\x82\x82\0\0\0\0hi", 8);

class WebSocketUpgradeTest : public LoopbackTest {
 protected:
  void ListenForWebSockets(ListenerOptions options = {}, WebSocketRules rules = {}) {
    options.bind = "127.0.0.1:0";
    options.metric_label = "l";
    options.over_tls = {WebSocketUpgrade::With(std::move(rules))};
    Listen(std::move(options));
  }
  // A client that says what it is to say at once, byte for byte.
  End& Say(std::string_view text) {
    const size_t before = connected_.size();
    Connect();
    RunUntil([&] { return connected_.size() > before; });
    connected_.back()->stream->Write(AsBytes(text));
    return *connected_.back();
  }
  void ConnectWebSocket(std::shared_ptr<tls::Context> tls = nullptr) {
    connectors_.push_back(
        Connector::Connect(loop_,
                           {.address = listener_->address(),
                            .tls = std::move(tls),
                            .websocket = WebSocketRequest{"h", "/mqtt", "mqtt", 1},
                            .limits = {.handshake_timeout = std::chrono::minutes(5)}},
                           [this](Result<std::unique_ptr<ByteStream>> result) {
                             ASSERT_TRUE(result.ok()) << result.status().ToString();
                             Keep(&connected_, std::move(result).value());
                           }));
    RunUntil([&] { return connected_.size() == 1 && accepted_.size() == 1; });
  }
  void ExpectRefused(const End& end, std::string_view answer, std::string_view reason) {
    RunUntil([&] { return end.recorder.closed.has_value() && listener_->connections() == 0; });
    EXPECT_THAT(end.recorder.received, StartsWith(std::string(answer)));
    EXPECT_EQ(Refused(reason), 1);
    EXPECT_TRUE(accepted_.empty());
    EXPECT_EQ(listener_->half_open(), 0u);
  }
  double Refused(std::string_view reason) const {
    return metrics_
        .Value("sluice_websocket_refused_total",
               Label("listener", "l") + "," + Label("reason", reason))
        .value_or(-1);
  }
};

TEST_F(WebSocketUpgradeTest, BytesGoBothWays) {
  echo_ = true;
  ListenForWebSockets();
  ConnectWebSocket();
  client().stream->Write(AsBytes("hello"));
  RunUntil([&] { return client().recorder.received == "hello"; });
  EXPECT_EQ(metrics_.Value("sluice_websocket_accepted_total", Label("listener", "l")), 1);
  client().stream->CloseAfterFlush();
  RunUntil([&] { return server().recorder.closed && client().recorder.closed; });
  EXPECT_THAT(server().recorder.closed->message(), HasSubstr("closed the WebSocket (1000)"));
}

TEST_F(WebSocketUpgradeTest, OverTls) {
  echo_ = true;
  ListenForWebSockets({.tls = test::NewServer()});
  ConnectWebSocket(test::NewClient());
  ASSERT_TRUE(server().stream->peer().certificate);
  EXPECT_EQ(server().stream->peer().certificate->name, "alpha");
  const std::string large(300'000, 'x');
  client().stream->Write(AsBytes(large));
  RunUntil([&] { return client().recorder.received.size() == large.size(); });
}

TEST_F(WebSocketUpgradeTest, WhatFollowsTheRequestAtOnceIsNotLost) {
  ListenForWebSockets();
  Say(std::string(kRequest) + std::string(kHi));
  RunUntil([&] { return !accepted_.empty() && server().recorder.received == "hi"; });
  RunUntil([&] { return client().recorder.received.find("\r\n\r\n") != std::string::npos; });
  EXPECT_THAT(client().recorder.received, StartsWith("HTTP/1.1 101 "));
}

TEST_F(WebSocketUpgradeTest, RequestComesInPieces) {
  ListenForWebSockets();
  const std::string all = std::string(kRequest) + std::string(kHi);
  End& end = Say(all.substr(0, 1));
  for (size_t i = 1; i < all.size(); ++i) {
    end.stream->Write(AsBytes(all).subspan(i, 1));
    RunTwice();
  }
  RunUntil([&] { return !accepted_.empty() && server().recorder.received == "hi"; });
}

// RFC 6455, section 5.1.
TEST_F(WebSocketUpgradeTest, FramesOfClientsMustBeMasked) {
  ListenForWebSockets();
  const End& end = Say(std::string(kRequest) + "\x82\x02hi");
  RunUntil([&] { return !accepted_.empty() && server().recorder.closed.has_value(); });
  RunUntil([&] { return end.recorder.closed.has_value(); });
  EXPECT_EQ(server().recorder.received, "");
  EXPECT_THAT(server().recorder.closed->message(), HasSubstr("rule of WebSocket (1002)"));
  EXPECT_THAT(end.recorder.received, HasSubstr("\x88\x02\x03\xEA"));
}

// [MQTT-6.0.0-1]
TEST_F(WebSocketUpgradeTest, TextIsRefusedWithItsCode) {
  ListenForWebSockets();
  const End& end = Say(std::string(kRequest) + std::string("\x81\x82\0\0\0\0hi", 8));
  RunUntil([&] { return end.recorder.closed.has_value() && !accepted_.empty(); });
  EXPECT_EQ(server().recorder.received, "");
  EXPECT_THAT(end.recorder.received, HasSubstr("\x88\x02\x03\xEB"));
}

TEST_F(WebSocketUpgradeTest, PingIsAnswered) {
  ListenForWebSockets();
  const End& end = Say(std::string(kRequest) + std::string("\x89\x82\0\0\0\0hi", 8));
  RunUntil([&] { return end.recorder.received.ends_with("\x8A\x02hi"); });
}

// A length that nobody could send costs nothing: bytes are handed out as they come.
TEST_F(WebSocketUpgradeTest, FrameWithoutEndGathersNothing) {
  ListenForWebSockets();
  Say(std::string(kRequest) +
      std::string("\x82\xFF\x0F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\0\0\0\0abc", 17));
  RunUntil([&] { return !accepted_.empty() && server().recorder.received == "abc"; });
}

TEST_F(WebSocketUpgradeTest, OtherRequestsAreAnswered) {
  ListenForWebSockets();
  ExpectRefused(Say("GET / HTTP/1.1\r\nHost: h\r\n\r\n"), "HTTP/1.1 404 ", "path");
}

TEST_F(WebSocketUpgradeTest, PagesAreToldToUpgrade) {
  ListenForWebSockets();
  ExpectRefused(Say("GET /mqtt HTTP/1.1\r\nHost: h\r\n\r\n"), "HTTP/1.1 426 ", "no_upgrade");
}

TEST_F(WebSocketUpgradeTest, BareMqttIsTold) {
  ListenForWebSockets();
  ExpectRefused(Say(std::string("\x10\x10\0\4MQTT\5\2\0\0\0\0\0\0", 16)), "HTTP/1.1 400 ",
                "not_http");
}

TEST_F(WebSocketUpgradeTest, RequestIsBounded) {
  ListenForWebSockets({}, {.max_request_bytes = 600});
  ExpectRefused(Say("GET /mqtt HTTP/1.1\r\nX: " + std::string(5000, 'x')), "HTTP/1.1 431 ",
                "too_long");
}

TEST_F(WebSocketUpgradeTest, RequestHasItsTime) {
  ListenForWebSockets({.limits = {.hello_timeout = std::chrono::milliseconds(1)}});
  ExpectRefused(Say("GET /mqtt"), "HTTP/1.1 408 ", "timeout");
}

TEST_F(WebSocketUpgradeTest, WhoLeavesEarlyIsCounted) {
  ListenForWebSockets();
  End& end = Say("GET /mqtt");
  RunUntil([&] { return listener_->half_open() == 1; });
  end.stream->Close();
  RunUntil([&] { return listener_->half_open() == 0; });
  EXPECT_EQ(Refused("aborted"), 1);
}

TEST_F(WebSocketUpgradeTest, ListenerTakesThoseWithItWhoAreNotThrough) {
  ListenForWebSockets();
  const End& early = Say("GET /mqtt");
  RunUntil([&] { return listener_->half_open() == 1; });
  listener_.reset();
  RunUntil([&] { return early.recorder.closed.has_value(); });
  EXPECT_TRUE(accepted_.empty());
}

}  // namespace
}  // namespace sluice::transport
