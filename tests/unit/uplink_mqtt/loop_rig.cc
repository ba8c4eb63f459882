#include "loop_rig.h"

#include <uv.h>

#include "uplink_mqtt/network_dialer.h"
#include "uplink_mqtt/uplink.h"
#include "uplink_paho/uplink.h"

namespace sluice::test {
namespace {

constexpr const char* kClientId = "uplink";
constexpr const char* kPassword = "wrong";

}  // namespace

std::unique_ptr<forward::Uplink> MakeOwn(transport::Loop& loop, const std::string& url,
                                         const std::string& user_name, codec::Version version) {
  uplink_mqtt::MqttOptions options;
  options.url = *forward::ParseUplinkUrl(url, uplink_mqtt::kSchemes);
  options.session.client_id = kClientId;
  options.session.version = version;
  options.session.user_name = user_name;
  options.session.password = kPassword;
  auto dialer = std::make_unique<uplink_mqtt::NetworkDialer>(options, loop);
  return std::make_unique<uplink_mqtt::MqttUplink>(options, loop, std::move(dialer));
}

std::unique_ptr<forward::Uplink> MakePaho(transport::Loop& loop, const std::string& url,
                                          const std::string& user_name, codec::Version version) {
  uplink_paho::PahoOptions options;
  options.url = *forward::ParseUplinkUrl(url, uplink_paho::kSchemes);
  options.client_id = kClientId;
  options.version = version;
  options.username = user_name;
  options.password = kPassword;
  return std::make_unique<uplink_paho::PahoUplink>(options, loop);
}

void LoopRig::StartUpstream(const Terms& terms) {
  broker_ = make_broker_(loop_, terms);
  uv_update_time(loop_.uv());
  uplink_ = make_uplink_(loop_, broker_->url(), broker_->user_name(), version_);
}

// Some brokers need seconds, of which the loop does not know.
void LoopRig::RestartUpstream() {
  broker_->Restart();
  uv_update_time(loop_.uv());
}

bool LoopRig::RunUntil(const std::function<bool()>& condition) {
  bool expired = false;
  const Timer limit = loop_.StartTimer(kRigLimit, [&] { expired = true; });
  while (!condition() && !expired) loop_.RunOnce();
  return condition();
}

std::vector<std::string> LoopRig::Received(size_t count) {
  return broker_->Received(
      count, [this](const std::function<bool()>& condition) { return RunUntil(condition); });
}

}  // namespace sluice::test
