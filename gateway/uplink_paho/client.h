#pragma once

// What the users of Paho share. Only paho_*.cc include this: Paho stays behind the door.

#include <mqtt/async_client.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "codec/protocol.h"
#include "codec/reason_code.h"
#include "uplink_paho/options.h"

namespace sluice::uplink_paho {

// "mqtt://h" → "tcp://h:1883", "mqtts://h" → "ssl://h:8883".
std::string PahoUri(const forward::UplinkUrl& url);
std::unique_ptr<mqtt::async_client> MakePahoClient(const PahoOptions& options);
// Paho's own reconnecting is off.
mqtt::connect_options PahoConnectOptions(const PahoOptions& options);

// Ends a connection, if there is one, and waits for that at most `limit`.
void DisconnectPaho(mqtt::async_client& client, std::chrono::milliseconds limit);

// Why something failed.
struct Failure {
  uint8_t code = 0;  // of the broker, MQTT 5's; 0: the network, see text
  bool refused() const { return codec::IsError(static_cast<codec::ReasonCode>(code)); }
  std::string text;
  std::string_view advice{};  // static

  std::string ToString() const;  // printable
};
// By Paho's own return code and the broker's reason code.
Failure PahoFailure(int return_code, int reason_code, codec::Version version);

// What the broker said in its CONNACK. Defaults are those of MQTT 5 (and all that 3.1.1 knows).
struct ConnackLimits {
  uint16_t receive_maximum = 65535;           // [MQTT-3.3.4-9] unacknowledged QoS 1 publishes
  uint32_t maximum_packet_bytes = 268435455;  // [MQTT-3.2.2-15]
  bool takes_qos1 = true;                     // [MQTT-3.2.2-11]; without it there is no uplink
};
ConnackLimits PahoLimits(const mqtt::token& connect_token, codec::Version version);

}  // namespace sluice::uplink_paho
