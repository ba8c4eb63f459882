#include "sim/plan.h"

namespace sluice::sim {

Plan Draw(uint64_t seed) {
  Plan plan;
  plan.seed = seed;
  plan.streams = {{"telemetry", "commit", "reject"}};
  plan.uplinks = {"cloud"};
  plan.routes = {{"telemetry-cloud", "telemetry", "cloud", "flatbuffers"}};
  return plan;
}

std::string ConfigurationOf(const Plan& /*plan*/) { return {}; }

}  // namespace sluice::sim
