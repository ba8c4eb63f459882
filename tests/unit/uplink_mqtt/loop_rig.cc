#include "loop_rig.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "support/mosquitto_broker.h"
#include "support/scripted_broker.h"
#include "support/temporary_directory.h"
#include "uplink_mqtt/network_dialer.h"
#include "uplink_mqtt/uplink.h"
#include "uplink_paho/subscriber.h"
#include "uplink_paho/uplink.h"

namespace sluice::test {
namespace {

// A loaded machine keeps it.
constexpr std::chrono::seconds kLimit{15};

uplink_paho::PahoOptions PahoOptionsFor(const std::string& url, codec::Version version) {
  uplink_paho::PahoOptions options;
  options.url = *forward::ParseUplinkUrl(url, uplink_paho::kSchemes);
  options.client_id = "uplink";
  options.version = version;
  options.username = "somebody";
  options.password = "wrong";
  return options;
}

class MosquittoRigBroker final : public RigBroker {
 public:
  explicit MosquittoRigBroker(const UplinkRig::Terms& terms)
      : broker_(MosquittoConfigOf(terms, directory_)) {}

  std::string url() const override { return broker_.url(); }
  void Restart() override { broker_.Start(); }
  void Kill() override { broker_.Kill(); }
  void Pause() override { broker_.Pause(); }
  void Resume() override { broker_.Resume(); }
  void Listen() override {
    uplink_paho::PahoOptions options = PahoOptionsFor(url(), codec::Version::kV5);
    options.client_id = "subscriber";
    subscriber_.emplace(options, "#");
    SLUICE_CHECK(subscriber_->Connect().ok());
  }
  std::vector<std::string> Received(
      size_t count, const std::function<bool(const std::function<bool()>&)>&) override {
    std::vector<std::string> payloads;
    std::string payload;
    while (payloads.size() < count &&
           subscriber_->Next(kLimit, &payload) == uplink_paho::PahoSubscriber::Outcome::kMessage) {
      payloads.push_back(payload);
    }
    return payloads;
  }

 private:
  TemporaryDirectory directory_;
  MosquittoBroker broker_;
  std::optional<uplink_paho::PahoSubscriber> subscriber_;
};

class ScriptedRigBroker final : public RigBroker {
 public:
  ScriptedRigBroker(transport::Loop& loop, const UplinkRig::Terms& terms) : broker_(loop, terms) {}

  std::string url() const override { return "mqtt://" + broker_.address(); }
  void Restart() override { broker_.Start(); }
  void Kill() override { broker_.Kill(); }
  void Pause() override { broker_.Pause(); }
  void Resume() override { broker_.Resume(); }
  void Listen() override { broker_.received().clear(); }
  std::vector<std::string> Received(
      size_t count, const std::function<bool(const std::function<bool()>&)>& run_until) override {
    std::vector<std::string>& all = broker_.received();
    run_until([&] { return all.size() >= count; });
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size()));
    std::vector<std::string> payloads(all.begin(), end);
    all.erase(all.begin(), end);
    return payloads;
  }

 private:
  ScriptedBroker broker_;
};

}  // namespace

std::unique_ptr<RigBroker> MakeMosquitto(transport::Loop&, const UplinkRig::Terms& terms) {
  return std::make_unique<MosquittoRigBroker>(terms);
}

std::unique_ptr<RigBroker> MakeScripted(transport::Loop& loop, const UplinkRig::Terms& terms) {
  return std::make_unique<ScriptedRigBroker>(loop, terms);
}

std::unique_ptr<forward::Uplink> MakeOwn(transport::Loop& loop, const std::string& url,
                                         codec::Version version) {
  uplink_mqtt::MqttOptions options;
  options.url = *forward::ParseUplinkUrl(url, uplink_mqtt::kSchemes);
  options.session.client_id = "uplink";
  options.session.version = version;
  options.session.user_name = "somebody";
  options.session.password = "wrong";
  auto dialer = std::make_unique<uplink_mqtt::NetworkDialer>(options, loop);
  return std::make_unique<uplink_mqtt::MqttUplink>(options, loop, std::move(dialer));
}

std::unique_ptr<forward::Uplink> MakePaho(transport::Loop& loop, const std::string& url,
                                          codec::Version version) {
  return std::make_unique<uplink_paho::PahoUplink>(PahoOptionsFor(url, version), loop);
}

void LoopRig::StartUpstream(const Terms& terms) {
  broker_ = make_broker_(loop_, terms);
  uplink_ = make_uplink_(loop_, broker_->url(), version_);
}

bool LoopRig::RunUntil(const std::function<bool()>& condition) {
  bool expired = false;
  const Timer limit = loop_.StartTimer(kLimit, [&] { expired = true; });
  while (!condition() && !expired) loop_.RunOnce();
  return condition();
}

std::vector<std::string> LoopRig::Received(size_t count) {
  return broker_->Received(
      count, [this](const std::function<bool()>& condition) { return RunUntil(condition); });
}

}  // namespace sluice::test
