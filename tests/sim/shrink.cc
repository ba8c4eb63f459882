#include "sim/shrink.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace sluice::sim {
namespace {

class Shrinker {
 public:
  Shrinker(Plan plan, int invariant) : plan_(std::move(plan)), invariant_(invariant) {}

  Plan Run() {
    for (size_t i = 0; i < kTroubles; ++i) {
      if (plan_.troubles.test(i)) Try([i](Plan* plan) { plan->troubles.reset(i); });
    }
    Try([](Plan* plan) { plan->calms_down = false; });
    while (plan_.length > std::chrono::seconds(2) && Try([](Plan* plan) { plan->length /= 2; })) {
    }
    while (plan_.subscribers > 0 && Try([](Plan* plan) { --plan->subscribers; })) {
    }
    while (plan_.hubs > 0 && Try([](Plan* plan) { --plan->hubs; })) {
    }
    if (plan_.tls) Try([](Plan* plan) { plan->tls = false; });
    while (plan_.devices > 0 && Try([](Plan* plan) { --plan->devices; })) {
    }
    return std::move(plan_);
  }

 private:
  template <typename Change>
  bool Try(Change change) {
    Plan smaller = plan_;
    change(&smaller);
    const Outcome outcome = Live(smaller);
    if (!outcome.broken || outcome.invariant != invariant_) return false;
    plan_ = std::move(smaller);
    return true;
  }

  Plan plan_;
  const int invariant_;
};

}  // namespace

Plan Shrink(Plan plan, const Outcome& broken) {
  return Shrinker(std::move(plan), broken.invariant).Run();
}

std::string CommandFor(const Plan& plan) {
  std::string only;
  for (size_t i = 0; i < kTroubles; ++i) {
    if (!plan.troubles.test(i)) continue;
    if (!only.empty()) only += ',';
    only += TroubleName(static_cast<Trouble>(i));
  }
  const std::chrono::duration<double, std::ratio<3600>> hours = plan.length;
  return fmt::format(
      "./run simulate --seed {} --hours {:.6f} --only '{}' --devices {} --hubs {} --subscribers "
      "{}{}{}",
      plan.seed, hours.count(), only, plan.devices, plan.hubs, plan.subscribers,
      plan.tls == Draw(plan.seed).tls ? "" : (plan.tls ? " --tls true" : " --tls false"),
      plan.calms_down ? "" : " --no-calm");
}

}  // namespace sluice::sim
