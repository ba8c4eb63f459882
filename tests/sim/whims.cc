#include "sim/whims.h"

#include <cmath>
#include <utility>

namespace sluice::sim {

void Whims::Add(Trouble trouble, Duration mean, std::function<void()> act) {
  if (!scene_.Has(trouble)) return;
  Whim* const whim = &whims_.emplace_back(Whim{trouble, mean, std::move(act)});
  whim->timer = scene_.scheduler.NewTimer([this, whim] {
    if (!scene_.Has(whim->trouble)) return;
    whim->act();
    Arm(whim);
  });
  Arm(whim);
}

// Exponential, so that two of them may come close together.
void Whims::Arm(Whim* whim) {
  const double mean = static_cast<double>(whim->mean.count()) / scene_.plan.rate(whim->trouble);
  whim->timer.Start(Duration(static_cast<int64_t>(-std::log(1 - random_.Unit()) * mean)));
}

}  // namespace sluice::sim
