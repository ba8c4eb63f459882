#include <gtest/gtest.h>

#include "line_upgrade.h"
#include "loopback.h"
#include "test_pki.h"
#include "tls/context.h"
#include "transport/tls_handshake.h"
#include "transport/tls_stream.h"

namespace sluice::transport {
namespace {

class UpgradeTest : public LoopbackTest {
 protected:
  // A client that says what it is to say at once.
  End& Say(std::string_view text) {
    const size_t before = connected_.size();
    Connect();
    RunUntil([&] { return connected_.size() > before; });
    connected_.back()->stream->Write(AsBytes(text));
    return *connected_.back();
  }
  bool Closed(const End& end) { return end.recorder.closed.has_value(); }

  // Turns a plain client into one that speaks TLS, as a device behind a proxy is.
  void Encrypt(End& end) {
    auto context = std::make_shared<StreamContext>();
    std::unique_ptr<ByteStream> encrypted;
    TlsHandshake handshake(loop_, std::move(end.stream), test::NewClient()->NewEngine(), {},
                           [&](TlsHandshake::Outcome outcome) {
                             ASSERT_EQ(outcome.end, TlsHandshake::End::kDone);
                             encrypted = std::make_unique<TlsStream>(loop_, std::move(outcome),
                                                                     std::move(context));
                             encrypted->Start(&end.recorder);
                           });
    RunUntil([&] { return encrypted != nullptr; });
    end.stream = std::move(encrypted);
  }
};

TEST_F(UpgradeTest, EachGetsWhatTheOneBeforeLeaves) {
  Listen({.under_tls = {LineUpgrade::Named("first")}, .over_tls = {LineUpgrade::Named("second")}});
  Say("first\nsecond\nand the rest");
  RunUntil([&] { return accepted_.size() == 1 && !server().recorder.received.empty(); });
  EXPECT_EQ(server().recorder.received, "and the rest");
  EXPECT_EQ(listener_->half_open(), 0u);
}

TEST_F(UpgradeTest, OrderIsTheListeners) {
  Listen({.under_tls = {LineUpgrade::Named("first")}, .over_tls = {LineUpgrade::Named("second")}});
  const End& client = Say("second\nfirst\n");
  RunUntil([&] { return Closed(client); });
  EXPECT_TRUE(accepted_.empty());
  EXPECT_EQ(listener_->half_open(), 0u);
}

TEST_F(UpgradeTest, WhoFailsInTheSecondIsGone) {
  Listen({.under_tls = {LineUpgrade::Named("first")}, .over_tls = {LineUpgrade::Named("second")}});
  const End& client = Say("first\nthird\n");
  RunUntil([&] { return Closed(client); });
  EXPECT_TRUE(accepted_.empty());
  EXPECT_EQ(listener_->half_open(), 0u);
  EXPECT_EQ(listener_->connections(), 0u);
}

TEST_F(UpgradeTest, TimeOfEachIsItsOwn) {
  Listen({.under_tls = {LineUpgrade::Named("first")},
          .over_tls = {LineUpgrade::Named("second", std::chrono::milliseconds(1))}});
  const End& client = Say("first\n");
  RunUntil([&] { return Closed(client); });
  EXPECT_TRUE(accepted_.empty());
}

TEST_F(UpgradeTest, WhoLeavesInTheMiddleIsForgotten) {
  Listen({.under_tls = {LineUpgrade::Named("first")}, .over_tls = {LineUpgrade::Named("second")}});
  End& client = Say("first\nsec");
  RunUntil([&] { return listener_->half_open() == 1; });
  client.stream->Close();
  RunUntil([&] { return listener_->half_open() == 0; });
  EXPECT_TRUE(accepted_.empty());
}

TEST_F(UpgradeTest, ListenerTakesThoseWithItWhoAreNotThrough) {
  Listen({.under_tls = {LineUpgrade::Named("first")}, .over_tls = {LineUpgrade::Named("second")}});
  const End& early = Say("fir");
  const End& late = Say("first\nsecond");
  RunUntil([&] { return listener_->half_open() == 2; });
  listener_.reset();
  RunUntil([&] { return Closed(early) && Closed(late); });
  EXPECT_TRUE(accepted_.empty());
}

// The bound on connections counts a newcomer once, whichever upgrade it is in.
TEST_F(UpgradeTest, NewcomersGiveWayInEveryUpgrade) {
  Listen({.under_tls = {LineUpgrade::Named("first")},
          .over_tls = {LineUpgrade::Named("second")},
          .limits = {.max_connections = 2}});
  const End& oldest = Say("first\n");
  RunUntil([&] { return listener_->half_open() == 1; });
  Say("");
  RunUntil([&] { return listener_->half_open() == 2; });
  Say("first\nsecond\n");
  RunUntil([&] { return accepted_.size() == 1; });
  EXPECT_EQ(listener_->connections(), 2u);
  EXPECT_EQ(counters().displaced.value(), 1u);
  RunUntil([&] { return Closed(oldest) || Closed(client(1)); });
}

TEST_F(UpgradeTest, EvidenceOfAllOfThemComesTogether) {
  Listen({.tls = test::NewServer(),
          .under_tls = {LineUpgrade::Named("proxy")},
          .over_tls = {LineUpgrade::Named("inside")}});
  End& client = Say("proxy 203.0.113.9:4711\n");
  Encrypt(client);
  client.stream->Write(AsBytes("inside\nhello"));
  RunUntil([&] { return accepted_.size() == 1 && !server().recorder.received.empty(); });
  EXPECT_EQ(server().recorder.received, "hello");
  const PeerInfo& peer = server().stream->peer();
  EXPECT_EQ(peer.address, "203.0.113.9:4711");
  EXPECT_EQ(FormatSource(peer.source), "203.0.113.9");
  ASSERT_TRUE(peer.certificate);
  EXPECT_EQ(peer.certificate->name, "alpha");
}

TEST_F(UpgradeTest, FailureBehindAnotherUpgradeIsCounted) {
  Listen({.tls = test::NewServer(), .under_tls = {LineUpgrade::Named("proxy")}});
  const End& client = Say("proxy 203.0.113.9:4711\nthis is not TLS");
  RunUntil([&] { return Closed(client); });
  EXPECT_EQ(counters().failures.at(static_cast<size_t>(tls::Failure::kProtocol))->value(), 1u);
}

}  // namespace
}  // namespace sluice::transport
