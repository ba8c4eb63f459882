#include "transport/proxy_upgrade.h"

#include <gtest/gtest.h>

#include "base/label.h"
#include "loopback.h"
#include "support/temporary_directory.h"

namespace sluice::transport {
namespace {

class ProxyUpgradeTest : public LoopbackTest {
 protected:
  void ListenBehind(const std::string& proxies, ListenerOptions options = {}) {
    options.metric_label = "l";
    options.under_tls = {ProxyUpgrade::From({*AddressRange::Parse(proxies)})};
    Listen(std::move(options));
  }
  End& Say(std::string_view text) {
    const size_t before = connected_.size();
    Connect();
    RunUntil([&] { return connected_.size() > before; });
    connected_.back()->stream->Write(AsBytes(text));
    return *connected_.back();
  }
  void ExpectRefused(const End& end, std::string_view reason) {
    RunUntil([&] { return end.recorder.closed.has_value() && listener_->connections() == 0; });
    const auto refused = metrics_.Value("sluice_proxy_header_refused_total",
                                        Label("listener", "l") + "," + Label("reason", reason));
    EXPECT_EQ(refused, 1);
    EXPECT_TRUE(accepted_.empty());
    EXPECT_EQ(listener_->half_open(), 0u);
  }
};

TEST_F(ProxyUpgradeTest, PeerIsWhoTheProxySays) {
  ListenBehind("127.0.0.0/8");
  Say("PROXY TCP4 203.0.113.9 10.0.0.1 4711 8883\r\nand the rest");
  RunUntil([&] { return accepted_.size() == 1 && !server().recorder.received.empty(); });
  EXPECT_EQ(server().recorder.received, "and the rest");
  EXPECT_EQ(server().stream->peer().address, "203.0.113.9:4711");
  EXPECT_EQ(FormatSource(server().stream->peer().source), "203.0.113.9");
  EXPECT_EQ(metrics_.Value("sluice_proxy_header_accepted_total", Label("listener", "l")), 1);
}

TEST_F(ProxyUpgradeTest, HeaderComesInPieces) {
  ListenBehind("127.0.0.1");
  const std::string_view text = "PROXY TCP6 2001:db8::7 ::1 4711 8883\r\nhi";
  End& end = Say(text.substr(0, 1));
  for (size_t i = 1; i < text.size(); ++i) {
    end.stream->Write(AsBytes(text).subspan(i, 1));
    RunTwice();
  }
  RunUntil([&] { return accepted_.size() == 1 && server().recorder.received == "hi"; });
  EXPECT_EQ(server().stream->peer().address, "[2001:db8::7]:4711");
}

TEST_F(ProxyUpgradeTest, ProxyThatAsksForItselfIsItself) {
  ListenBehind("127.0.0.1");
  Say("PROXY UNKNOWN\r\nhi");
  RunUntil([&] { return accepted_.size() == 1; });
  EXPECT_TRUE(server().stream->peer().address.starts_with("127.0.0.1:"));
}

TEST_F(ProxyUpgradeTest, StrangersAreNotBelieved) {
  ListenBehind("10.0.0.0/8");
  ExpectRefused(Say("PROXY TCP4 203.0.113.9 10.0.0.1 4711 8883\r\nhi"), "untrusted");
}

TEST_F(ProxyUpgradeTest, WhoSaysNothingOfItIsClosed) {
  ListenBehind("127.0.0.1");
  ExpectRefused(Say("\x16\x03\x01"), "malformed");
}

TEST_F(ProxyUpgradeTest, HeaderWithoutEndIsClosed) {
  ListenBehind("127.0.0.1");
  ExpectRefused(Say("PROXY " + std::string(200, 'x')), "too_long");
}

TEST_F(ProxyUpgradeTest, HeaderHasItsTime) {
  ListenBehind("127.0.0.1", {.limits = {.hello_timeout = std::chrono::milliseconds(1)}});
  ExpectRefused(Say("PROXY "), "timeout");
}

TEST_F(ProxyUpgradeTest, WhoLeavesEarlyIsCounted) {
  ListenBehind("127.0.0.1");
  End& end = Say("PROXY ");
  RunUntil([&] { return listener_->half_open() == 1; });
  end.stream->Close();
  ExpectRefused(end, "aborted");
}

// Behind one proxy are many clients, and only the one that floods gives way.
TEST_F(ProxyUpgradeTest, NewcomersAreToldApartByWhoReallyComes) {
  ListenBehind("127.0.0.1", {.limits = {.max_connections = 3}});
  const End& device = Say("PROXY TCP4 203.0.113.1 10.0.0.1 1 2\r\n");
  RunUntil([&] { return accepted_.size() == 1; });
  for (int i = 0; i < 2; ++i) {
    Say("PROXY TCP4 203.0.113.9 10.0.0.1 1 2\r\n");
    RunUntil([&] { return accepted_.size() == 2u + static_cast<size_t>(i); });
  }
  Say("PROXY TCP4 203.0.113.2 10.0.0.1 1 2\r\n");
  RunUntil([&] { return accepted_.size() == 4; });
  EXPECT_EQ(counters().displaced.value(), 1u);
  EXPECT_FALSE(device.recorder.closed);
  EXPECT_FALSE(server(0).recorder.closed);
  EXPECT_TRUE(server(1).recorder.closed);
}

TEST_F(ProxyUpgradeTest, OverAUnixSocketTheFilesModeSaysWhoMay) {
  const test::TemporaryDirectory directory;
  ListenBehind("10.0.0.0/8", {.bind = "unix:" + directory.File("a.sock")});
  Say("PROXY TCP4 203.0.113.9 10.0.0.1 4711 8883\r\nhi");
  RunUntil([&] { return accepted_.size() == 1; });
  EXPECT_EQ(server().stream->peer().address, "203.0.113.9:4711");
  EXPECT_FALSE(server().stream->peer().is_local);
  listener_.reset();
}

TEST(ProxyRefusals, HaveNames) {
  for (size_t i = 0; i < kProxyRefusals; ++i) {
    EXPECT_NE(ProxyRefusalName(static_cast<ProxyRefusal>(i)), "");
  }
}

}  // namespace
}  // namespace sluice::transport
