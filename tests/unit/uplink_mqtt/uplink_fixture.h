#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "codec/connack.h"
#include "codec/disconnect.h"
#include "codec/ping.h"
#include "support/memory_stream.h"
#include "support/simulated_scheduler.h"
#include "uplink_mqtt/uplink.h"
#include "wire/describe.h"

namespace sluice::uplink_mqtt {

// Hands out one end of a pair of streams.
class MemoryDialer final : public Dialer {
 public:
  explicit MemoryDialer(test::SimulatedScheduler* scheduler) : scheduler_(*scheduler) {}

  void Dial(const forward::UplinkUrl& to, Callback on_done) override {
    GiveUp();
    dialed_to.push_back(to.host);
    on_done_ = std::move(on_done);
    timer_ = scheduler_.StartTimer(std::chrono::milliseconds(1), [this, host = to.host] {
      auto pair = test::MemoryStream::Connect(&scheduler_, {}, {}, {});
      server = std::move(pair.second);
      ++dialed;
      Outcome outcome;
      if (const auto failed = failures.find(host); failed != failures.end()) {
        outcome.failure = failed->second;
      } else if (failure.cause != DialCause::kNone) {
        outcome.failure = failure;
      } else {
        outcome.stream = std::move(pair.first);
      }
      const Callback done = std::move(on_done_);
      done(std::move(outcome));
    });
  }
  void GiveUp() override { timer_ = {}; }

  std::unique_ptr<test::MemoryStream> server;
  DialFailure failure;
  std::map<std::string, DialFailure> failures;  // by host
  std::vector<std::string> dialed_to;
  int dialed = 0;

 private:
  test::SimulatedScheduler& scheduler_;
  Callback on_done_;
  Timer timer_;
};

class MqttUplinkTest : public testing::Test,
                       public forward::UplinkListener,
                       public transport::StreamHandler {
 protected:
  void SetUp() override {
    options_.url = *forward::ParseUplinkUrl("mqtt://broker", kSchemes);
    options_.session.client_id = "c";
  }
  // Up to CONNECT.
  void Begin() {
    if (uplink_ == nullptr) {
      auto dialer = std::make_unique<MemoryDialer>(&scheduler_);
      dialer_ = dialer.get();
      dialer_->failure = failure_;
      uplink_ = std::make_unique<MqttUplink>(options_, scheduler_, std::move(dialer));
      uplink_->SetListener(this);
    }
    uplink_->Connect();
    Dialed();
  }
  // The next server of an attempt has been reached, or not.
  void Dialed() {
    scheduler_.Advance(std::chrono::milliseconds(1));
    if (dialer_->server != nullptr) dialer_->server->Start(this);
    scheduler_.RunReady();
  }
  void Connect(const codec::Connack& connack = {}) {
    Begin();
    Say(connack);
    ASSERT_TRUE(connected_) << why_;
    sent_.clear();
  }
  // The broker.
  template <typename Packet>
  void Say(const Packet& packet) {
    ByteBuffer bytes;
    Encode(packet, options_.session.version, &bytes);
    dialer_->server->Write(bytes.view());
    scheduler_.RunReady();
  }
  // The route.
  void Publish(uint32_t token, std::string_view payload = "x") {
    const forward::UserProperty property{"id", "gw/s/1"};
    uplink_->Publish(token, {.topic = "topic",
                             .key = {},
                             .payload = AsBytes(payload),
                             .content_type = "text/plain",
                             .properties = {&property, 1}});
    scheduler_.RunReady();
  }

  void OnConnected(const forward::UplinkLimits& limits) override {
    connected_ = true;
    limits_ = limits;
  }
  void OnServerFailed(const forward::UplinkEnd& end) override {
    told_.push_back("server failed: " + end.why);
  }
  void OnStatusTold(const std::string& untold) override {
    told_.push_back(untold.empty() ? "status told" : "status untold: " + untold);
  }
  void OnGivenUp(const forward::UplinkEnd& end) override {
    OnDisconnected(end);
    given_up_ = true;
  }
  void OnDisconnected(const forward::UplinkEnd& end) override {
    connected_ = given_up_ = false;
    ++ends_;
    why_ = end.why;
    end_ = end;
  }
  void OnAcknowledged(uint32_t token) override {
    told_.push_back("acked " + std::to_string(token));
    if (publish_on_ack_) {
      Publish2();
    }
  }
  void OnRefused(uint32_t token, const forward::Refusal& refusal) override {
    told_.push_back("refused " + std::to_string(token) + (refusal.permanent ? " for good " : " ") +
                    Describe(refusal));
  }
  void Publish2() {
    uplink_->Publish(
        99, {.topic = "topic", .key = {}, .payload = {}, .content_type = "", .properties = {}});
  }
  size_t OnBytes(ByteSpan bytes) override {
    ++reads_;
    const size_t size = bytes.size();
    while (!bytes.empty()) {
      codec::Frame frame;
      codec::Packet packet;
      if (codec::PeekFrame(bytes, codec::kMaxPacketBytes, &frame).state != codec::FrameState::kOk) {
        break;
      }
      EXPECT_TRUE(codec::Decode(frame, options_.session.version, &packet).ok());
      sent_.push_back(test::Describe(packet));
      bytes = bytes.subspan(frame.size);
    }
    return size - bytes.size();
  }
  void OnClosed(const Status&) override { server_closed_ = true; }

  test::SimulatedClock clock_;
  test::SimulatedScheduler scheduler_{&clock_};
  MqttOptions options_;
  DialFailure failure_;
  std::unique_ptr<MqttUplink> uplink_;
  MemoryDialer* dialer_ = nullptr;
  bool connected_ = false;
  bool server_closed_ = false;
  bool given_up_ = false;  // it was the uplink that ended the latest connection
  bool publish_on_ack_ = false;
  int ends_ = 0;
  int reads_ = 0;
  forward::UplinkLimits limits_;
  std::string why_;
  forward::UplinkEnd end_;
  std::vector<std::string> sent_;
  std::vector<std::string> told_;
};

}  // namespace sluice::uplink_mqtt
