#include "app/make_uplink.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "app/make_paho_uplink.h"
#include "uplink_mqtt/network_dialer.h"
#include "uplink_mqtt/status_message.h"
#include "uplink_mqtt/uplink.h"

namespace sluice::app {
namespace {

using MadeUplink = Result<std::unique_ptr<forward::Uplink>>;

MadeUplink MakeMqtt(const config::UplinkConfig& config, transport::Loop& loop) {
  if (config.client == config::MqttClient::kPaho) return MakePahoUplink(config, loop);
  uplink_mqtt::MqttOptions options = MqttOptionsOf(config, SystemClock());
  if (options.status) options.session.will = uplink_mqtt::WillOf(*options.status);  // for the check
  SLUICE_RETURN_IF_ERROR(client::CheckOptions(options.session));
  auto dialer = std::make_unique<uplink_mqtt::NetworkDialer>(options, loop);
  return MadeUplink(std::make_unique<uplink_mqtt::MqttUplink>(options, loop, std::move(dialer)));
}

struct Kind {
  std::span<const forward::UplinkScheme> schemes;
  MadeUplink (*make)(const config::UplinkConfig& config, transport::Loop& loop);
};

// A new kind of uplink is one line here.
constexpr Kind kKinds[] = {{uplink_mqtt::kSchemes, MakeMqtt}};

}  // namespace

uplink_mqtt::MqttOptions MqttOptionsOf(const config::UplinkConfig& config, const Clock& clock) {
  uplink_mqtt::MqttOptions options = config::ToMqttOptions(config);
  if (!config.status_topic.empty()) {
    options.status = {config.status_topic, config.gateway, SLUICE_VERSION, &clock};
  }
  return options;
}

MadeUplink MakeUplink(const config::UplinkConfig& config, transport::Loop& loop) {
  for (const Kind& kind : kKinds) {
    const auto found = std::find(kind.schemes.begin(), kind.schemes.end(), config.url.scheme);
    if (found != kind.schemes.end()) return kind.make(config, loop);
  }
  return Status::InvalidArgument("uplink " + config.name + ": nothing here speaks " +
                                 std::string(config.url.scheme.name));
}

}  // namespace sluice::app
