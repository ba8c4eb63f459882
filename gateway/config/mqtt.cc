#include "config/mqtt.h"

namespace sluice::config {

void Read(TableReader& t, MqttConfig* mqtt) {
  t.Flag("version_31", &mqtt->version_31);
  t.Flag("shared_subscriptions", &mqtt->shared_subscriptions);
  t.Flag("control_characters", &mqtt->control_characters);
  t.Time("sys_interval", Duration(0), &mqtt->sys_interval, std::chrono::hours(24));
}

session::Capabilities ToCapabilities(const MqttConfig& mqtt) {
  session::Capabilities capabilities;
  capabilities.mqtt_31 = mqtt.version_31;
  capabilities.shared_subscriptions = mqtt.shared_subscriptions;
  return capabilities;
}

}  // namespace sluice::config
