#include "sim/fleet.h"

#include <fmt/format.h>

namespace sluice::sim {

Fleet::Fleet(Scene& scene, Network& network, Witness& witness) : crowd_(scene, network) {
  for (size_t i = 1; i <= scene.plan.devices; ++i) {
    devices_.emplace_back(scene, network, witness, messages_, fmt::format("dev-{}", i), false);
  }
  for (size_t i = 1; i <= scene.plan.hubs; ++i) {
    devices_.emplace_back(scene, network, witness, messages_, fmt::format("hub-{}", i), true);
  }
  if (!scene.Has(Trouble::kRude)) return;
  for (const char* name : {"rude-1", "rude-2"}) rude_.emplace_back(scene, network, name);
}

void Fleet::Start() {
  for (RudeClient& client : rude_) client.Start();
  crowd_.Start();
  for (Device& device : devices_) device.Start();
}

void Fleet::BeginCalm() {
  for (RudeClient& client : rude_) client.BeginCalm();
  crowd_.BeginCalm();
  for (Device& device : devices_) device.BeginCalm();
}

std::string Fleet::unsettled() const {
  for (const Device& device : devices_) {
    std::string why = device.unsettled();
    if (!why.empty()) return why;
  }
  return {};
}

}  // namespace sluice::sim
