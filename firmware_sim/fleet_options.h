#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "firmware_sim/device_options.h"
#include "firmware_sim/dialect.h"

namespace sluice::fleet {

enum class MqttChoice : uint8_t { k5, k311, kMixed };

struct FleetOptions {
  std::string url;
  std::string pki;  // as certs/make-pki.sh lays it out; only with mqtts
  std::string ledger;
  std::string status_file;  // empty: none
  bool append = false;
  bool progress = false;

  uint32_t devices = 50;
  std::string prefix = "device-";  // device names are the prefix and four digits, from 0001
  uint64_t seed = 1;
  std::vector<Product> products = {Product::kZigbee2Mqtt, Product::kTasmota, Product::kShelly};
  MqttChoice mqtt = MqttChoice::kMixed;
  double sleepers = 0;        // share of devices that sleep
  double clean_sessions = 0;  // share of devices that never keep a session
  Duration day = std::chrono::hours(24);
  DeviceOptions device;  // for every device; name, seed and the shares above are set for each

  Duration duration{
      0};  // for how long readings are taken; 0: until each device has taken its number of them
  Duration drain = std::chrono::seconds(60);  // how long to wait for acknowledgements afterwards
  uint32_t connect_rate = 200;                // connections a second, all devices together
  std::chrono::seconds keep_alive{60};
  uint16_t max_fragment = 0;  // bytes of a TLS record that devices ask for; 0: they don't
};

// "device-0007" for number 7.
std::string DeviceName(const FleetOptions& options, uint32_t number);
// What device `number` (from 1) is like.
DeviceOptions OptionsOf(const FleetOptions& options, uint32_t number);
bool UsesMqtt5(const FleetOptions& options, uint32_t number);
Product ProductOf(const FleetOptions& options, uint32_t number);

}  // namespace sluice::fleet
