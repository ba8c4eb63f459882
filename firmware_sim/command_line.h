#pragma once

#include <string>

#include "firmware_sim/fleet_options.h"
#include "firmware_sim/verify_command.h"

namespace CLI {
class App;
}

namespace sluice::fleet {

// What was typed, as text where it needs a look before it is an option.
struct FleetArguments {
  FleetOptions options;
  std::string qos = "10:70:20";
  std::string dialects = "zigbee2mqtt,tasmota,shelly";
  std::string mqtt = "mixed";
  double seconds = 0;
  double rate = 1;
  double drain_seconds = 60;
  double sleep_seconds = 3;
  double day_seconds = 86400;
  double ack_timeout_seconds = 60;
};

void AddFleetArguments(CLI::App* command, FleetArguments* arguments);
// Fills in arguments->options. The message of an error names the argument.
Status Interpret(FleetArguments* arguments);

void AddVerifyArguments(CLI::App* command, VerifyOptions* options);

}  // namespace sluice::fleet
