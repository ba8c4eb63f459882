#include "app/watched_uplink.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/simulated_clock.h"

namespace sluice::app {
namespace {

using std::chrono::seconds;
using Calls = std::vector<std::string>;

// The real one, which does what the test says, and writes down what it is asked.
class InnerUplink final : public forward::Uplink {
 public:
  InnerUplink(InnerUplink** self, Calls* calls) : calls_(*calls) { *self = this; }
  void SetListener(forward::UplinkListener* to) override { listener = to; }
  void Connect() override { calls_.emplace_back("connect"); }
  void Publish(uint32_t token, const forward::OutgoingMessage& message) override {
    calls_.push_back("publish " + std::to_string(token) + " " + std::string(message.topic));
  }
  void Disconnect() override { calls_.emplace_back("disconnect"); }

  forward::UplinkListener* listener = nullptr;

 private:
  Calls& calls_;
};

class WatchedUplinkTest : public ::testing::Test, private forward::UplinkListener {
 protected:
  WatchedUplinkTest() { watched_.SetListener(this); }

  Duration Since() const { return clock_.Now() - *history_->since; }

  test::SimulatedClock clock_;
  Calls calls_, heard_;
  InnerUplink* inner_ = nullptr;
  std::shared_ptr<UplinkHistory> history_ = std::make_shared<UplinkHistory>();
  WatchedUplink watched_{std::make_unique<InnerUplink>(&inner_, &calls_), clock_, history_};

 private:
  void OnConnected(const forward::UplinkLimits& limits) override {
    heard_.push_back("connected " + std::to_string(limits.max_in_flight));
  }
  void OnDisconnected(const forward::UplinkEnd& end) override {
    heard_.push_back("disconnected " + end.why);
  }
  void OnServerFailed(const forward::UplinkEnd& end) override {
    heard_.push_back("server failed " + end.why);
  }
  void OnAcknowledged(uint32_t token) override {
    heard_.push_back("acknowledged " + std::to_string(token));
  }
  void OnRefused(uint32_t token, const forward::Refusal&) override {
    heard_.push_back("refused " + std::to_string(token));
  }
};

TEST_F(WatchedUplinkTest, EverythingPassesBothWays) {
  watched_.Connect();
  inner_->listener->OnConnected({.max_in_flight = 7});
  forward::OutgoingMessage message;
  message.topic = "a";
  watched_.Publish(3, message);
  inner_->listener->OnAcknowledged(3);
  inner_->listener->OnRefused(4, {});
  inner_->listener->OnServerFailed({"one of two"});
  inner_->listener->OnDisconnected({"gone"});
  watched_.Disconnect();
  EXPECT_EQ(calls_, (Calls{"connect", "publish 3 a", "disconnect"}));
  EXPECT_EQ(heard_, (Calls{"connected 7", "acknowledged 3", "refused 4", "server failed one of two",
                           "disconnected gone"}));
}

TEST_F(WatchedUplinkTest, NobodyNeedsToListen) {
  watched_.SetListener(nullptr);
  inner_->listener->OnConnected({});
  inner_->listener->OnAcknowledged(3);
  inner_->listener->OnRefused(4, {});
  inner_->listener->OnDisconnected({"gone"});
  EXPECT_EQ(history_->last_error, "gone");
}

TEST_F(WatchedUplinkTest, ServerIsKnownWhileItIsConnected) {
  watched_.Connect();
  inner_->listener->OnServerFailed({"connection refused", "refused"});
  EXPECT_EQ(history_->last_reason, "refused");
  inner_->listener->OnConnected({.server = "b:1883"});
  EXPECT_EQ(history_->server, "b:1883");
  inner_->listener->OnDisconnected({"gone"});
  EXPECT_EQ(history_->server, "");
}

TEST_F(WatchedUplinkTest, BeforeTheFirstAttemptNothingIsKnown) {
  EXPECT_FALSE(history_->since);
  EXPECT_EQ(history_->last_error, "");
}

TEST_F(WatchedUplinkTest, TimeAwayBeginsWithTheFirstAttemptAndGoesOnThroughAll) {
  watched_.Connect();
  clock_.Advance(seconds(5));
  inner_->listener->OnDisconnected({"connection refused"});
  clock_.Advance(seconds(5));
  watched_.Connect();
  EXPECT_FALSE(history_->connected);
  EXPECT_EQ(Since(), seconds(10));
  EXPECT_EQ(history_->last_error, "connection refused");
  EXPECT_EQ(clock_.Now() - history_->last_error_at, seconds(5));
}

TEST_F(WatchedUplinkTest, ErrorIsRememberedWhenItIsConnectedAgain) {
  watched_.Connect();
  inner_->listener->OnDisconnected({"connection refused"});
  clock_.Advance(seconds(3));
  inner_->listener->OnConnected({});
  clock_.Advance(seconds(4));
  EXPECT_TRUE(history_->connected);
  EXPECT_EQ(Since(), seconds(4));
  EXPECT_EQ(history_->last_error, "connection refused");
  EXPECT_EQ(clock_.Now() - history_->last_error_at, seconds(7));
}

// As when nothing is acknowledged: whoever shares the uplink ends the connection himself.
TEST_F(WatchedUplinkTest, ConnectionThatWeEndIsOverAtOnce) {
  watched_.Connect();
  inner_->listener->OnConnected({});
  clock_.Advance(seconds(60));
  watched_.Disconnect();
  clock_.Advance(seconds(2));
  EXPECT_FALSE(history_->connected);
  EXPECT_EQ(Since(), seconds(2));
}

}  // namespace
}  // namespace sluice::app
