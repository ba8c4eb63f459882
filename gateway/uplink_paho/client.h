#pragma once

// What the users of Paho share. Only paho_*.cc include this: Paho stays behind the door.

#include <mqtt/async_client.h>

#include <memory>
#include <string>

#include "base/status.h"
#include "codec/protocol.h"
#include "forward/uplink.h"
#include "uplink_paho/options.h"

namespace sluice::uplink_paho {

// "mqtt://h" → "tcp://h:1883", "mqtts://h" → "ssl://h:8883"; only for options that were checked.
std::string PahoUri(const std::string& url);
std::unique_ptr<mqtt::async_client> MakePahoClient(const PahoOptions& options);
// Paho's own reconnecting is off.
mqtt::connect_options PahoConnectOptions(const PahoOptions& options);
// Why something failed, by Paho's own return code and the broker's reason code.
forward::DisconnectReason PahoFailure(int return_code, int reason_code, codec::Version version);
// What the broker said in its CONNACK.
forward::UplinkLimits PahoLimits(const mqtt::token& connect_token, codec::Version version);

}  // namespace sluice::uplink_paho
