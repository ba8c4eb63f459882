#include <gtest/gtest.h>

#include <set>

#include "loopback.h"
#include "test_pki.h"
#include "tls/engine.h"

namespace sluice::transport {
namespace {

// Fires as soon as it can, again and again, and so counts iterations in which the loop was free.
class HandshakeStormTest : public LoopbackTest {
 protected:
  void Tick() {
    ++ticks_;
    if (accepted_.size() < kDevices) ticker_.Start(std::chrono::milliseconds(1));
  }
  static constexpr size_t kDevices = 100;
  int ticks_ = 0;
  Timer ticker_ = loop_.NewTimer([this] { Tick(); });
};

TEST_F(HandshakeStormTest, HundredDevicesShakeHandsWhileTheLoopTicks) {
  Listen({.tls = test::NewServer(),
          .limits = {.max_half_open = 32, .handshake_timeout = std::chrono::minutes(5)}});
  for (size_t i = 1; i <= kDevices; ++i) {
    std::string cn = std::to_string(i);
    cn = "sim" + std::string(4 - cn.size(), '0') + cn;
    Connect(test::NewClient(test::PkiClient(cn)));
  }
  ticker_.Start(std::chrono::milliseconds(1));
  RunUntil([&] { return accepted_.size() == kDevices && connected_.size() == kDevices; });
  std::set<std::string> identities;
  for (const auto& end : accepted_) identities.insert(end->stream->peer().certificate->name);
  EXPECT_EQ(identities.size(), kDevices);
  EXPECT_EQ(counters().handshakes.value(), kDevices);
  // Two hundred handshakes' worth of arithmetic are several hundred milliseconds; on the loop
  // thread the timer would have had hardly more turns than there were steps.
  EXPECT_GT(ticks_, 100);
}

TEST_F(HandshakeStormTest, ReturningDeviceResumesByTicket) {
  const auto tls = test::NewClient();
  Listen({.tls = test::NewServer()});
  ConnectPair(tls);
  EXPECT_FALSE(server().stream->peer().resumed);
  const auto ticket = TicketOf(*client().stream);
  ASSERT_TRUE(ticket);
  ConnectPair(tls, ticket.get());
  const bool resumes = server(1).stream->peer().tls_version == "TLSv1.2";
  EXPECT_EQ(server(1).stream->peer().resumed, resumes);
  EXPECT_EQ(server(1).stream->peer().certificate->name, "alpha");
  EXPECT_EQ(counters().resumptions.value(), resumes ? 1u : 0u);
}

}  // namespace
}  // namespace sluice::transport
