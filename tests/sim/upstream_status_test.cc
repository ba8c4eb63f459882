// How a broker of the simulated field knows the gateway.
#include <gtest/gtest.h>

#include <chrono>

#include "sim/upstream_fixture.h"

namespace sluice::sim {
namespace {

using std::chrono::seconds;

TEST_F(UpstreamTest, EachServerOfAListMayTakeTheGateway) {
  plan_.uplinks = {{.name = "cloud", .servers = 2}};
  Begin({Trouble::kUnreachable});
  for (int i = 0; i < 200; ++i) {
    Pass(seconds(10));
    if (seen_.connections == seen_.ends) Connect();
  }
  EXPECT_GT(scene_->situations.Times("upstream: another server takes the gateway"), 0U);
  EXPECT_GT(scene_->situations.Times("upstream: the gateway comes back to its first server"), 0U);
  EXPECT_TRUE(is_well()) << scene_->verdict.what();
}

class UpstreamStatusTest : public UpstreamTest {
 protected:
  UpstreamStatusTest() { plan_.uplinks = {{.name = "cloud", .has_status = true}}; }
  const StatusView& view() { return upstream_->server("cloud-1.example")->view(); }
};

TEST_F(UpstreamStatusTest, SeesTheGatewayComeAndGo) {
  Begin();
  EXPECT_TRUE(view().is_online()) << view().retained;
  EXPECT_EQ(upstream_->StillWrong(), "");
  uplink_->Disconnect();
  Pass(seconds(1));
  EXPECT_TRUE(view().has("goodbye")) << view().retained;
  upstream_->JudgeFarewell();
  EXPECT_TRUE(is_well()) << scene_->verdict.what();
}

TEST_F(UpstreamStatusTest, AWillSpeaksForAGatewayThatIsGone) {
  Begin();
  uplink_ = nullptr;
  Pass(seconds(1));
  EXPECT_TRUE(view().has("lost")) << view().retained;
  EXPECT_TRUE(is_well()) << scene_->verdict.what();
}

TEST_F(UpstreamStatusTest, AWillSpeaksForAMachineThatIsOff) {
  Begin();
  uplink_ = nullptr;
  network_->OnProcessEnded(true);
  Pass(seconds(2));
  EXPECT_TRUE(view().is_online()) << view().retained;
  EXPECT_NE(upstream_->StillWrong(), "");
  Pass(seconds(60));
  EXPECT_TRUE(view().has("lost")) << view().retained;
  EXPECT_EQ(upstream_->StillWrong(), "");
}

TEST_F(UpstreamStatusTest, AGatewayThatSaysNothingAtItsEndBreaksThePromise) {
  Begin();
  EXPECT_EQ(upstream_->StillWrong(), "");
  uplink_ = nullptr;
  Pass(seconds(1));
  upstream_->JudgeFarewell();
  EXPECT_EQ(scene_->verdict.invariant(), 10);
}

TEST_F(UpstreamTest, RenewsPasswordsAndTakesTheGatewayAgain) {
  plan_.uplinks = {{.name = "cloud", .has_password = true}};
  Begin({Trouble::kRenewedPasswords});
  for (int i = 0; i < 100; ++i) {
    uplink_->Connect();
    Pass(seconds(10));
  }
  EXPECT_GT(scene_->situations.Times("upstream: a password is not the right one"), 0U);
  scene_->BeginCalm();
  upstream_->Mend();
  Connect();
  EXPECT_TRUE(is_well()) << scene_->verdict.what();
}

}  // namespace
}  // namespace sluice::sim
