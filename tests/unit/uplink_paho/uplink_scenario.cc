#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "mosquitto_broker.h"
#include "uplink_paho/subscriber.h"
#include "uplink_paho/uplink.h"

// PahoUplink against a real broker. Nothing here waits for a time to pass, only for something to
// happen, within a limit that a loaded machine keeps.

namespace sluice::uplink_paho {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;

constexpr seconds kLimit{15};

// An executor whose tasks run where the test waits.
class WaitingExecutor final : public Executor {
 public:
  void Post(std::function<void()> task) override {
    const MutexLock lock(mutex_);
    tasks_.push_back(std::move(task));
    wake_.NotifyOne();
  }
  // Runs tasks until `condition` holds; false when the limit passed.
  bool RunUntil(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + kLimit;
    while (!condition()) {
      std::function<void()> task;
      {
        const MutexLock lock(mutex_);
        while (tasks_.empty()) {
          if (!wake_.WaitUntil(mutex_, deadline)) return false;
        }
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
    }
    return true;
  }

 private:
  Mutex mutex_;
  ConditionVariable wake_;
  std::deque<std::function<void()>> tasks_ SLUICE_GUARDED_BY(mutex_);
};

class Recorder final : public forward::UplinkListener {
 public:
  void OnConnected(const forward::UplinkLimits& new_limits) override {
    ++connected;
    limits = new_limits;
  }
  void OnDisconnected(const std::string& why) override {
    ++disconnected;
    reason = why;
  }
  void OnAcknowledged(uint32_t token) override { acknowledged.push_back(token); }
  void OnRefused(uint32_t token, const forward::Refusal& refusal) override {
    refused.emplace_back(token, refusal.code);
  }

  int connected = 0;
  int disconnected = 0;
  forward::UplinkLimits limits;
  std::string reason;
  std::vector<uint32_t> acknowledged;
  std::vector<std::pair<uint32_t, int>> refused;
};

class PahoUplinkScenario : public ::testing::TestWithParam<codec::Version> {
 protected:
  void SetUp() override {
    if (!test::MosquittoBroker::Available()) GTEST_SKIP() << "mosquitto is not installed";
  }
  void StartBroker(const std::string& extra = "allow_anonymous true") {
    broker_ = std::make_unique<test::MosquittoBroker>(extra);
    options_.url = *forward::ParseUplinkUrl(broker_->url(), kSchemes);
    options_.client_id = "uplink";
    options_.version = GetParam();
  }
  void Connect() {
    uplink_ = std::make_unique<PahoUplink>(options_, executor_);
    uplink_->SetListener(&recorder_);
    Reconnect();
  }
  void Reconnect() {
    const int before = recorder_.connected + recorder_.disconnected;
    uplink_->Connect();
    ASSERT_TRUE(
        executor_.RunUntil([&] { return recorder_.connected + recorder_.disconnected > before; }));
  }
  void Publish(uint32_t token, std::string_view topic, std::string_view payload) {
    const forward::UserProperty property{"id", "gw/telemetry/1"};
    uplink_->Publish(token, {.topic = topic,
                             .key = {},
                             .payload = AsBytes(payload),
                             .content_type = "application/cloudevents+json",
                             .properties = {&property, 1}});
  }
  bool Answered(size_t count) {
    return executor_.RunUntil(
        [&] { return recorder_.acknowledged.size() + recorder_.refused.size() >= count; });
  }
  PahoSubscriber Subscriber() const {
    PahoOptions options = options_;
    options.client_id = "subscriber";
    return {options, "#"};
  }

  std::unique_ptr<test::MosquittoBroker> broker_;
  PahoOptions options_;
  WaitingExecutor executor_;
  Recorder recorder_;
  std::unique_ptr<PahoUplink> uplink_;
};

TEST_P(PahoUplinkScenario, PublishesArriveInOrderAndAreAcknowledged) {
  StartBroker();
  PahoSubscriber subscriber = Subscriber();
  ASSERT_TRUE(subscriber.Connect().ok());
  Connect();
  ASSERT_EQ(recorder_.connected, 1);
  for (uint32_t i = 0; i < 200; ++i) Publish(i, "t", std::to_string(i));
  ASSERT_TRUE(Answered(200)) << recorder_.acknowledged.size() << " answered, "
                             << recorder_.disconnected << " " << recorder_.reason;
  for (uint32_t i = 0; i < 200; ++i) {
    std::string payload;
    ASSERT_EQ(subscriber.Next(kLimit, &payload), PahoSubscriber::Outcome::kMessage);
    EXPECT_EQ(payload, std::to_string(i));
  }
}

TEST_P(PahoUplinkScenario, TokensKeepAllTheirBits) {
  StartBroker();
  Connect();
  Publish(0xFFFF'FFFF, "t", "x");
  ASSERT_TRUE(Answered(1));
  EXPECT_THAT(recorder_.acknowledged, ElementsAre(0xFFFF'FFFF));
}

TEST_P(PahoUplinkScenario, KilledBrokerIsADisconnectAndReconnectingWorks) {
  StartBroker();
  Connect();
  broker_->Kill();
  ASSERT_TRUE(executor_.RunUntil([&] { return recorder_.disconnected == 1; }));
  Reconnect();  // nobody there
  EXPECT_EQ(recorder_.disconnected, 2);
  broker_->Start();
  Reconnect();
  EXPECT_EQ(recorder_.connected, 2);
  Publish(1, "t", "x");
  ASSERT_TRUE(Answered(1));
}

TEST_P(PahoUplinkScenario, WrongPasswordIsRefusedWithAReason) {
  StartBroker("allow_anonymous false");
  options_.username = "somebody";
  options_.password = "wrong";
  Connect();
  EXPECT_EQ(recorder_.connected, 0);
  EXPECT_THAT(recorder_.reason, ::testing::HasSubstr("(0x8"));
}

TEST_P(PahoUplinkScenario, DisconnectIsSilentAndFinal) {
  StartBroker();
  Connect();
  uplink_->Disconnect();
  Publish(1, "t", "x");
  Reconnect();
  EXPECT_EQ(recorder_.connected, 2);
  EXPECT_EQ(recorder_.disconnected, 0);
  EXPECT_TRUE(recorder_.acknowledged.empty());
}

TEST_P(PahoUplinkScenario, MayBeDestroyedAtAnyMoment) {
  StartBroker();
  for (int i = 0; i < 3; ++i) {
    PahoUplink uplink(options_, executor_);
    uplink.SetListener(&recorder_);
    uplink.Connect();
  }
  Connect();
  for (uint32_t i = 0; i < 50; ++i) Publish(i, "t", "x");
  uplink_.reset();
  executor_.RunUntil([] { return true; });
}

std::string VersionName(const ::testing::TestParamInfo<codec::Version>& version) {
  return version.param == codec::Version::kV5 ? "V5" : "V311";
}

INSTANTIATE_TEST_SUITE_P(Versions, PahoUplinkScenario,
                         ::testing::Values(codec::Version::kV311, codec::Version::kV5),
                         VersionName);

class PahoUplinkV5Scenario : public PahoUplinkScenario {};

TEST_P(PahoUplinkV5Scenario, RefusedPublishComesBackWithItsReason) {
  {
    test::TemporaryDirectory directory;
    const std::string acl = directory.File("acl");
    std::ofstream(acl) << "topic readwrite allowed/#\n";
    StartBroker("allow_anonymous true\nacl_file " + acl);
  }
  Connect();
  Publish(1, "forbidden", "x");
  Publish(2, "allowed/t", "x");
  ASSERT_TRUE(Answered(2));
  EXPECT_THAT(recorder_.refused, ElementsAre(::testing::Pair(1u, 0x87)));
  EXPECT_THAT(recorder_.acknowledged, ElementsAre(2u));
}

TEST_P(PahoUplinkV5Scenario, LimitsOfTheBrokerAreHeard) {
  StartBroker("allow_anonymous true\nmax_inflight_messages 7\nmax_packet_size 4000");
  Connect();
  EXPECT_EQ(recorder_.limits.max_in_flight, 7u);
  EXPECT_EQ(recorder_.limits.max_message_bytes, 4000u);
}

INSTANTIATE_TEST_SUITE_P(Versions, PahoUplinkV5Scenario, ::testing::Values(codec::Version::kV5),
                         VersionName);

}  // namespace
}  // namespace sluice::uplink_paho
