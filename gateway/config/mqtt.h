#pragma once

#include <cstdint>
#include <string>

#include "config/toml_reader.h"
#include "session/limits.h"

namespace sluice::config {

// [mqtt]: what clients are offered.
struct MqttConfig {
  bool version_31 = session::Capabilities{}.mqtt_31;
  bool shared_subscriptions = session::Capabilities{}.shared_subscriptions;
  bool control_characters = session::Limits{}.control_characters;
  uint64_t maximum_qos = session::Capabilities{}.maximum_qos;
  bool retain = session::Capabilities{}.retain;
  Duration server_keep_alive{0};
  std::string response_information;
  Duration sys_interval = std::chrono::seconds(10);  // 0: no `$SYS/broker/…`
  bool operator==(const MqttConfig&) const = default;
};

void Read(TableReader& t, MqttConfig* mqtt);

session::Capabilities ToCapabilities(const MqttConfig& mqtt);

}  // namespace sluice::config
