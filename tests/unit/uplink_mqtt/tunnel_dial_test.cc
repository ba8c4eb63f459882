// Through a proxy and into a WebSocket, and each way in which that comes to nothing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "base/base64.h"
#include "support/http_upgrade.h"
#include "support/temporary_directory.h"
#include "test_pki.h"
#include "transport/listener.h"
#include "uplink_mqtt/network_dialer.h"

namespace sluice::uplink_mqtt {
namespace {

using std::chrono::milliseconds;
using test::HttpUpgrade;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kYes = "HTTP/1.1 200 Connection established\r\nContent-Length: 9\r\n\r\n";

class TunnelDialTest : public testing::Test, public transport::StreamHandler {
 protected:
  TunnelDialTest() { options_.session.client_id = "c"; }

  // A server that is asked for what `scheme` needs, and a proxy before it if it has an answer.
  void Serve(const std::string& scheme, const std::string& proxy_answer = "") {
    const bool tls = scheme == "wss" || scheme == "mqtts";
    transport::ListenerOptions listen{.bind = "127.0.0.1:0"};
    if (!proxy_answer.empty() || silent_proxy_) {
      listen.under_tls = {HttpUpgrade::With(
          {.answer = [=](const std::string&) { return proxy_answer; }, .request = &asked_proxy_})};
    }
    if (tls) listen.tls = test::NewServer();
    if (scheme.starts_with("ws")) {
      listen.over_tls = {HttpUpgrade::With(
          {.answer = web_answer_, .is_websocket = true, .request = &asked_server_})};
    }
    auto opened = transport::Listener::Open(loop_, std::move(listen), metrics_,
                                            [this](std::unique_ptr<transport::ByteStream> stream) {
                                              accepted_ = std::move(stream);
                                              accepted_->Start(this);
                                              accepted_->Write(AsBytes("welcome"));
                                            });
    listener_ = std::move(*opened);
    const std::string host = tls ? "localhost" : "127.0.0.1";
    const std::string port = std::to_string(listener_->port());
    options_.url = *forward::ParseUplinkUrl(scheme + "://" + host + ":" + port, kSchemes);
    if (tls) {
      options_.ca_file = test::PkiFile("server-ca.crt");
      options_.cert_file = test::PkiFile("devices/alpha.crt");
      options_.key_file = test::PkiFile("devices/alpha.key");
    }
    if (listener_ != nullptr && (!proxy_answer.empty() || silent_proxy_)) {
      options_.proxy = Proxy{"127.0.0.1", listener_->port()};
    }
  }
  DialCause Dial() {
    NetworkDialer dialer(options_, loop_);
    bool done = false;
    dialer.Dial(options_.url, [&](Dialer::Outcome outcome) {
      outcome_ = std::move(outcome);
      if (outcome_.stream != nullptr) outcome_.stream->Start(&client_);
      done = true;
    });
    while (!done) loop_.RunOnce();
    return outcome_.failure.cause;
  }
  // Bytes pass both ways, those that came right behind the handshakes included.
  void ExpectPassage() {
    ASSERT_NE(outcome_.stream, nullptr) << text();
    outcome_.stream->Write(AsBytes("hello"));
    while (client_.received != "welcome" || received_ != "hello") loop_.RunOnce();
  }
  const std::string& text() const { return outcome_.failure.text; }

  size_t OnBytes(ByteSpan bytes) override {
    received_ += AsText(bytes);
    return bytes.size();
  }
  void OnClosed(const Status&) override {}

  struct Client final : transport::StreamHandler {
    size_t OnBytes(ByteSpan bytes) override {
      received += AsText(bytes);
      return bytes.size();
    }
    void OnClosed(const Status&) override {}
    std::string received;
  };

  transport::Loop loop_;
  Metrics metrics_;
  std::function<std::string(const std::string&)> web_answer_ = HttpUpgrade::Accept;
  bool silent_proxy_ = false;
  std::string asked_proxy_, asked_server_, received_;
  std::unique_ptr<transport::Listener> listener_;
  std::unique_ptr<transport::ByteStream> accepted_;
  Client client_;
  MqttOptions options_;
  Dialer::Outcome outcome_;
};

TEST_F(TunnelDialTest, WebSocket) {
  Serve("ws");
  EXPECT_EQ(Dial(), DialCause::kNone) << text();
  ExpectPassage();
  EXPECT_THAT(asked_server_, HasSubstr("GET /mqtt HTTP/1.1\r\nHost: 127.0.0.1:"));
}

TEST_F(TunnelDialTest, WebSocketOverTls) {
  Serve("wss");
  EXPECT_EQ(Dial(), DialCause::kNone) << text();
  ExpectPassage();
}

TEST_F(TunnelDialTest, Proxy) {
  Serve("mqtt", kYes);
  options_.url = *forward::ParseUplinkUrl("mqtt://no.such.name.example:1883", kSchemes);
  EXPECT_EQ(Dial(), DialCause::kNone) << text();  // the proxy looks the name up
  ExpectPassage();
  EXPECT_THAT(asked_proxy_, HasSubstr("CONNECT no.such.name.example:1883 HTTP/1.1\r\n"));
  EXPECT_THAT(asked_proxy_, Not(HasSubstr("Authorization")));
}

TEST_F(TunnelDialTest, ProxyThenTlsThenWebSocket) {
  Serve("wss", kYes);
  EXPECT_EQ(Dial(), DialCause::kNone) << text();
  ExpectPassage();
  EXPECT_THAT(asked_proxy_, HasSubstr("CONNECT localhost:"));
  EXPECT_THAT(asked_server_, HasSubstr("Upgrade: websocket"));
}

TEST_F(TunnelDialTest, ProxyIsToldThePasswordOfTheFileAndNobodyElseIs) {
  const test::TemporaryDirectory directory;
  const std::string file = directory.File("password");
  for (const char* password : {"first", "second"}) {
    std::ofstream(file) << password << "\n";
    Serve("mqtt", "HTTP/1.1 407 Authenticate\r\n\r\n");
    options_.proxy->user = "me";
    options_.proxy->password_file = file;
    EXPECT_EQ(Dial(), DialCause::kProxyCredentials);
    EXPECT_THAT(text(), HasSubstr("check the name in proxy, and proxy_password_file"));
    EXPECT_THAT(text(), Not(HasSubstr(password)));
    std::string expected = "Basic ";
    AppendBase64(AsBytes("me:" + std::string(password)), &expected);
    EXPECT_THAT(asked_proxy_, HasSubstr(expected));
  }
}

TEST_F(TunnelDialTest, ProxyThatSaysNo) {
  Serve("mqtt", "HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno\n");
  EXPECT_EQ(Dial(), DialCause::kProxyRefused);
  EXPECT_THAT(text(), HasSubstr("proxy 127.0.0.1:"));
  EXPECT_THAT(text(), HasSubstr("it answers 403"));
}

TEST_F(TunnelDialTest, ProxyThatIsHostile) {
  for (const std::string& answer :
       {std::string("SSH-2.0-OpenSSH\r\n"), std::string("\x20\x02\x00\x00", 4),
        "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'),
        std::string("HTTP/1.1 200 OK\r\n\n:\r\n"),
        std::string("HTTP/1.1 99999999999 OK\r\n\r\n")}) {
    Serve("mqtts", answer);
    const DialCause cause = Dial();
    EXPECT_TRUE(cause == DialCause::kProxyProtocol || cause == DialCause::kTls) << text();
  }
}

TEST_F(TunnelDialTest, ProxyThatNobodyListensAt) {
  Serve("mqtt", kYes);
  listener_.reset();
  EXPECT_EQ(Dial(), DialCause::kRefused);
  EXPECT_THAT(text(), HasSubstr("proxy: "));
}

TEST_F(TunnelDialTest, ProxyThatIsSilent) {
  silent_proxy_ = true;
  Serve("mqtt");
  options_.connect_timeout = milliseconds(50);
  EXPECT_EQ(Dial(), DialCause::kTimeout);
  EXPECT_THAT(text(), HasSubstr("asking for a tunnel"));
}

TEST_F(TunnelDialTest, WebSocketThatIsRefused) {
  web_answer_ = [](const std::string&) { return "HTTP/1.1 404 Not Found\r\n\r\n"; };
  Serve("ws");
  EXPECT_EQ(Dial(), DialCause::kWebSocketRefused);
  EXPECT_THAT(text(), HasSubstr("it answers 404; check the path in url"));
}

TEST_F(TunnelDialTest, WebSocketThatIsHostile) {
  for (const std::string& answer :
       {std::string("HTTP/1.1 101 Switching Protocols\r\n\r\n"), std::string("\x20\x02\x00\x00", 4),
        "HTTP/1.1 101 X\r\nY: " + std::string(100'000, 'x') + "\r\n\r\n"}) {
    web_answer_ = [answer](const std::string&) { return answer; };
    Serve("ws");
    EXPECT_EQ(Dial(), DialCause::kWebSocketProtocol) << text();
  }
}

// A server of an earlier question, or a cache, could answer so.
TEST_F(TunnelDialTest, WebSocketOfAnotherKeyIsNone) {
  web_answer_ = [](const std::string&) {
    return HttpUpgrade::Accept("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
  };
  Serve("ws");
  EXPECT_EQ(Dial(), DialCause::kWebSocketProtocol);
  EXPECT_THAT(text(), HasSubstr("its answer is to another question"));
}

TEST_F(TunnelDialTest, WebSocketThatIsSilent) {
  web_answer_ = [](const std::string&) { return ""; };
  Serve("ws");
  options_.connect_timeout = milliseconds(50);
  EXPECT_EQ(Dial(), DialCause::kTimeout);
  EXPECT_THAT(text(), HasSubstr("asking for a WebSocket"));
}

// What has been renewed meanwhile is used.
TEST_F(TunnelDialTest, CertificateAndNamesAreReadForEachConnection) {
  const test::TemporaryDirectory directory;
  const auto copy = [&](const std::string& from, const std::string& to) {
    std::ofstream(directory.File(to)) << std::ifstream(test::PkiFile(from)).rdbuf();
  };
  for (const std::string device : {"alpha", "beta"}) {
    copy("devices/" + device + ".crt", "crt");
    copy("devices/" + device + ".key", "key");
    std::filesystem::permissions(directory.File("key"), std::filesystem::perms::owner_read |
                                                            std::filesystem::perms::owner_write);
    std::ofstream(directory.File("name")) << device << "\n";
    std::ofstream(directory.File("password")) << "of " << device << "\n";
    Serve("mqtts");
    options_.cert_file = directory.File("crt");
    options_.key_file = directory.File("key");
    options_.username_file = directory.File("name");
    options_.password_file = directory.File("password");
    accepted_.reset();
    ASSERT_EQ(Dial(), DialCause::kNone) << text();
    while (accepted_ == nullptr) loop_.RunOnce();
    ASSERT_TRUE(accepted_->peer().certificate);
    EXPECT_EQ(accepted_->peer().certificate->name, device);
    EXPECT_EQ(outcome_.user_name, device);
    EXPECT_EQ(outcome_.password, "of " + device);
  }
}

// The machine's own store can be read, and our test's authority is not in it.
TEST_F(TunnelDialTest, PublicAuthoritiesOfTheMachineAreKnown) {
  constexpr const char* kStore = "/etc/ssl/certs/ca-certificates.crt";
  if (!std::ifstream(kStore)) GTEST_SKIP() << "the Debian package ca-certificates is not installed";
  Serve("mqtts");
  options_.ca_file = kStore;
  EXPECT_EQ(Dial(), DialCause::kTls) << text();
  EXPECT_EQ(outcome_.failure.tls, tls::Failure::kUntrusted);
}

TEST_F(TunnelDialTest, PeerThatClosesInTheMiddle) {
  web_answer_ = [](const std::string&) { return "HTTP/1.1 10"; };
  Serve("ws");
  NetworkDialer dialer(options_, loop_);
  bool done = false;
  dialer.Dial(options_.url, [&](Dialer::Outcome outcome) {
    outcome_ = std::move(outcome);
    done = true;
  });
  while (accepted_ == nullptr) loop_.RunOnce();
  accepted_.reset();
  while (!done) loop_.RunOnce();
  EXPECT_EQ(outcome_.failure.cause, DialCause::kWebSocketProtocol);
}

}  // namespace
}  // namespace sluice::uplink_mqtt
