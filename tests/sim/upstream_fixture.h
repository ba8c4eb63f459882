#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "schema/cloudevents.h"
#include "schema/event_builder.h"
#include "sim/network.h"
#include "sim/upstream.h"
#include "uplink_mqtt/options.h"

namespace sluice::sim {

// What an upstream shows and says.
struct Recorder final : Witness, forward::UplinkListener {
  void OnSent(const SentMessage&, bool) override {}
  void OnAnswered(const SentMessage&, uint8_t) override {}
  void OnForgotten(const SentMessage&) override {}
  void OnDelivered(const std::string&, std::string_view, std::string_view, int, bool) override {}
  void OnAccepted(const std::string&, uint64_t, uint64_t, std::string_view, std::string_view,
                  std::string_view) override {}
  void OnPublished(const std::string&, uint64_t, size_t, const std::vector<Entry>&) override {}
  void OnStarted() override {}
  void OnEnded(End) override {}
  void OnArrived(const std::string& route, const std::vector<Entry>& entries) override {
    EXPECT_EQ(route, "up");
    arrived.push_back(entries.front().token);
  }
  void OnUpstreamAcknowledged(const std::string&, const std::vector<Entry>& entries) override {
    taken.push_back(entries.front().token);
  }
  void OnUpstreamRefused(const std::string&, const std::vector<Entry>& entries,
                         bool for_good) override {
    (for_good ? refused : busy).push_back(entries.front().token);
  }

  void OnUpstreamClosed(const std::string&, const std::vector<Entry>& entries,
                        bool by_rules) override {
    closed.push_back(entries.front().token);
    closed_by_rules.push_back(by_rules);
  }

  void OnConnected(const forward::UplinkLimits& its_limits) override {
    ++connections;
    limits = its_limits;
  }
  void OnDisconnected(const forward::UplinkEnd& end) override {
    ++ends;
    reason = end.why;
    broke_rules.push_back(end.broke_rules);
  }
  void OnAcknowledged(uint32_t token) override { acknowledged.push_back(token); }
  void OnRefused(uint32_t token, const forward::Refusal& refusal) override {
    (refusal.permanent ? told_refused : told_busy).push_back(token);
  }

  std::vector<uint32_t> arrived, taken, refused, busy, closed;
  std::vector<bool> closed_by_rules, broke_rules;
  int connections = 0, ends = 0;
  forward::UplinkLimits limits;
  std::string reason;
  std::vector<uint32_t> acknowledged, told_refused, told_busy;
};

class UpstreamTest : public testing::Test {
 protected:
  void Begin(std::initializer_list<Trouble> troubles = {}, double rate = 1, uint64_t seed = 3) {
    End();
    seen_ = {};
    plan_.seed = seed;
    plan_.rates.fill(rate);
    plan_.troubles.reset();
    for (const Trouble trouble : troubles) plan_.troubles.set(static_cast<size_t>(trouble));
    if (plan_.uplinks.empty()) plan_.uplinks = {{.name = "cloud"}};
    scene_ = std::make_unique<Scene>(plan_);
    network_ = std::make_unique<Network>(*scene_);
    upstream_ = std::make_unique<Upstream>(*scene_, *network_, plan_.uplinks.front(), seen_);
    StartProcess();
  }
  void End() {
    uplink_ = nullptr;
    upstream_ = nullptr;
    network_ = nullptr;
    scene_ = nullptr;
  }
  uplink_mqtt::MqttOptions Options() {
    const Plan::Uplink& plan = plan_.uplinks.front();
    uplink_mqtt::MqttOptions options;
    for (size_t i = 0; i < plan.servers; ++i) {
      auto url = *forward::ParseUplinkUrl("mqtt://" + HostOf(plan, i), uplink_mqtt::kSchemes);
      if (i == 0) {
        options.url = std::move(url);
      } else {
        options.others.push_back(std::move(url));
      }
    }
    options.session.client_id = "gw-cloud";
    options.session.keep_alive_seconds = 30;
    options.session.ack_timeout = Duration::zero();
    if (plan.has_status) options.status = {StatusTopicOf(plan), "gw", "1", &scene_->clock};
    if (plan.has_password) {
      options.username_file = UserFileOf(plan);
      options.password_file = PasswordFileOf(plan);
    }
    return options;
  }
  void StartProcess() {
    uplink_ = upstream_->NewUplink(Options(), scene_->scheduler);
    uplink_->SetListener(&seen_);
    Connect();
  }
  // Until it is connected, with patience.
  void Connect() {
    const int before = seen_.connections;
    for (int tries = 0; tries < 50 && seen_.connections == before; ++tries) {
      uplink_->Connect();
      Pass(std::chrono::seconds(40));
    }
    ASSERT_EQ(seen_.connections, before + 1);
  }
  // One event that holds the token, which it is known by.
  void Publish(uint32_t token) {
    const std::string text = TokenText(token);
    const schema::EventFields fields{.type = "climate.reading.v1",
                                     .gateway = "gw",
                                     .stream = "telemetry",
                                     .offset = token,
                                     .device = "dev-1"};
    builder_.Start();
    builder_.AddReading({.name = "token", .value = std::string_view(text)});
    forward::OutgoingMessage message;
    message.topic = "up";
    message.payload = builder_.Finish(fields);
    message.properties = attributes_.Render(fields);
    uplink_->Publish(token, message);
  }
  // Publishes one after the other until `told` has something, or in vain.
  uint32_t PublishUntil(const std::vector<uint32_t>& told, uint32_t most = 5000) {
    for (uint32_t token = 1; token <= most; ++token) {
      Publish(token);
      Pass(std::chrono::milliseconds(20));
      if (!told.empty()) return token;
    }
    return 0;
  }
  void Pass(Duration time) { scene_->scheduler.Advance(time); }
  bool is_well() const { return !scene_->verdict.broken(); }

  Plan plan_;
  Recorder seen_;
  std::unique_ptr<Scene> scene_;
  std::unique_ptr<Network> network_;
  std::unique_ptr<Upstream> upstream_;
  std::unique_ptr<forward::Uplink> uplink_;
  schema::EventBuilder builder_;
  schema::CloudEventAttributes attributes_;
};

}  // namespace sluice::sim
