// A broker that falls silent, at each stage of a connection: it is left in a bounded time, with a
// reason of its own. The stages before CONNECT are in dial_test.cc and tunnel_dial_test.cc.

#include <gtest/gtest.h>

#include "base/health.h"
#include "base/label.h"
#include "base/metrics.h"
#include "base/random.h"
#include "forward/shared_uplink.h"
#include "uplink_fixture.h"

namespace sluice::uplink_mqtt {
namespace {

using std::chrono::seconds;

// Publishes once.
class OneMessage final : public forward::UplinkUser {
 public:
  explicit OneMessage(forward::SharedUplink& shared)
      : shared_(shared), index_(shared.AddUser(this)) {}
  ~OneMessage() override { shared_.RemoveUser(index_); }
  void Publish() {
    ASSERT_TRUE(shared_.CanPublish(index_));
    shared_.Publish(index_, 1,
                    {.topic = "t", .key = {}, .payload = {}, .content_type = "", .properties = {}});
  }
  void OnUplinkUp(const forward::UplinkLimits&) override {}
  void OnUplinkDown(forward::EndedBy) override {}
  void OnAcknowledged(uint32_t) override {}
  void OnRefused(uint32_t, const forward::Refusal&) override {}
  void OnWritable() override {}
  void Tick(MonotonicTime) override {}
  std::optional<MonotonicTime> NextDeadline() const override { return std::nullopt; }
  std::optional<MonotonicTime> OldestUnanswered() const override { return std::nullopt; }

 private:
  forward::SharedUplink& shared_;
  const size_t index_;
};

class SilentTest : public MqttUplinkTest {
 protected:
  void SetUp() override {
    MqttUplinkTest::SetUp();
    options_.session.keep_alive_seconds = 30;
    options_.session.ack_timeout = Duration::zero();  // as config has it
  }
  // Up to CONNECT.
  void Start() {
    auto dialer = std::make_unique<MemoryDialer>(&scheduler_);
    dialer_ = dialer.get();
    uplink_ = std::make_unique<MqttUplink>(options_, scheduler_, std::move(dialer));
    shared_ = std::make_unique<forward::SharedUplink>(
        forward::SharedUplinkOptions{.name = "up", .backoff = {}}, *uplink_, clock_, random_,
        metrics_, health_);
    user_ = std::make_unique<OneMessage>(*shared_);
    shared_->Start();
    Dialed();
  }
  void StartAndConnect() {
    Start();
    Say(codec::Connack{});
    ASSERT_TRUE(shared_->connected());
  }
  void TearDown() override {
    user_.reset();
    shared_.reset();
  }
  // Until a failure is counted, or too long.
  Duration Wait(std::string_view reason) {
    const MonotonicTime began = clock_.Now();
    while (!Counted(reason) && clock_.Now() - began < seconds(300)) {
      scheduler_.Advance(seconds(1));
      shared_->Tick(clock_.Now());
    }
    return clock_.Now() - began;
  }
  bool Counted(std::string_view reason) const {
    return metrics_
        .Value("sluice_uplink_failures_total",
               Label("uplink", "up") + "," + Label("reason", reason))
        .has_value();
  }

  Metrics metrics_;
  Random random_{1};
  Health health_{clock_};
  std::unique_ptr<forward::SharedUplink> shared_;
  std::unique_ptr<OneMessage> user_;
};

TEST_F(SilentTest, BeforeConnack) {
  Start();
  EXPECT_LE(Wait("connect_timeout"), options_.connect_timeout + seconds(1));
}

TEST_F(SilentTest, InTheMiddleOfConnack) {
  Start();
  ByteBuffer bytes;
  Encode(codec::Connack{}, options_.session.version, &bytes);
  dialer_->server->Write(bytes.view().first(2));
  scheduler_.RunReady();
  EXPECT_LE(Wait("connect_timeout"), options_.connect_timeout + seconds(1));
}

TEST_F(SilentTest, AtTheStatusMessage) {
  options_.status = {"gateways/g", "g", "1", &clock_};
  Start();
  Say(codec::Connack{});
  EXPECT_FALSE(shared_->connected());
  EXPECT_LE(Wait("connect_timeout"), forward::SharedUplinkOptions{}.connect_timeout + seconds(1));
}

TEST_F(SilentTest, WithNothingToSay) {
  StartAndConnect();
  EXPECT_LE(Wait("ping_timeout"), seconds(30 + 10 + 1));
}

TEST_F(SilentTest, AtAPublish) {
  StartAndConnect();
  user_->Publish();
  EXPECT_LE(Wait("ack_timeout"), forward::SharedUplinkOptions{}.ack_timeout + seconds(1));
}

// It answers pings, and nothing else.
TEST_F(SilentTest, AtAPublishOnly) {
  StartAndConnect();
  user_->Publish();
  for (int i = 0; i < 29; ++i) {
    scheduler_.Advance(seconds(1));
    shared_->Tick(clock_.Now());
    if (!sent_.empty() && sent_.back() == "PINGREQ") {
      Say(codec::Ping{codec::PacketType::kPingresp});
      sent_.clear();
    }
  }
  EXPECT_TRUE(shared_->connected());
  EXPECT_LE(Wait("ack_timeout"), seconds(3));
}

TEST_F(SilentTest, InTheMiddleOfAnAcknowledgement) {
  StartAndConnect();
  user_->Publish();
  ByteBuffer bytes;
  codec::EncodeAck(codec::PacketType::kPuback, 1, codec::ReasonCode::kSuccess,
                   options_.session.version, &bytes);
  dialer_->server->Write(bytes.view().first(3));
  scheduler_.RunReady();
  EXPECT_LE(Wait("ack_timeout"), forward::SharedUplinkOptions{}.ack_timeout + seconds(1));
}

}  // namespace
}  // namespace sluice::uplink_mqtt
