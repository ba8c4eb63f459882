#include "firmware_sim/fleet_options.h"

#include <fmt/format.h>

#include "base/random.h"

namespace sluice::fleet {
namespace {

// Neighbouring numbers must not give similar devices (SplitMix64's mixing step).
uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// Spreads a share evenly over the numbers, so that three devices of ten sleep and not "about
// three".
bool InShare(double share, uint32_t number) {
  return static_cast<uint64_t>(number * share) != static_cast<uint64_t>((number - 1) * share);
}

}  // namespace

std::string DeviceName(const FleetOptions& options, uint32_t number) {
  return fmt::format("{}{:04}", options.prefix, number);
}

DeviceOptions OptionsOf(const FleetOptions& options, uint32_t number) {
  DeviceOptions device = options.device;
  device.name = DeviceName(options, number);
  device.seed = Mix(options.seed * 1'000'003 + number);
  device.sleeper = InShare(options.sleepers, number);
  device.keep_session = !InShare(options.clean_sessions, number);
  return device;
}

bool UsesMqtt5(const FleetOptions& options, uint32_t number) {
  return options.mqtt == MqttChoice::k5 || (options.mqtt == MqttChoice::kMixed && number % 2 == 0);
}

Product ProductOf(const FleetOptions& options, uint32_t number) {
  return options.products[number % options.products.size()];
}

}  // namespace sluice::fleet
