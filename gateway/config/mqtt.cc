#include "config/mqtt.h"

namespace sluice::config {

void Read(TableReader& t, MqttConfig* mqtt) {
  t.Flag("version_31", &mqtt->version_31);
  t.Flag("shared_subscriptions", &mqtt->shared_subscriptions);
  t.Flag("control_characters", &mqtt->control_characters);
  t.Number("maximum_qos", 0, 2, &mqtt->maximum_qos);
  t.Flag("retain", &mqtt->retain);
  t.Time("server_keep_alive", Duration(0), &mqtt->server_keep_alive, std::chrono::seconds(65'535));
  t.TextOrEmpty("response_information", &mqtt->response_information);
  t.Time("sys_interval", Duration(0), &mqtt->sys_interval, std::chrono::hours(24));
}

session::Capabilities ToCapabilities(const MqttConfig& mqtt) {
  session::Capabilities capabilities;
  capabilities.maximum_qos = static_cast<uint8_t>(mqtt.maximum_qos);
  capabilities.retain = mqtt.retain;
  capabilities.mqtt_31 = mqtt.version_31;
  capabilities.shared_subscriptions = mqtt.shared_subscriptions;
  return capabilities;
}

}  // namespace sluice::config
