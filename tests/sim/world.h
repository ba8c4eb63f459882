#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "sim/plan.h"

namespace sluice::sim {

// How a history went.
struct Outcome {
  bool broken = false;
  int invariant = 0;  // as in Verdict
  std::string what;
  std::deque<std::string> last;  // lines of the trace
  uint64_t hash = 0;             // of the whole trace
  Duration lived{};              // simulated
  std::map<std::string, uint64_t, std::less<>> situations;
};

// Lives one history from its beginning to its end: the gateway with all that is around it, see the
// parts. `prints`: each line of the trace as it happens. Nothing is left of it afterwards, and it
// depends on nothing but the plan.
Outcome Live(const Plan& plan, bool prints = false);

}  // namespace sluice::sim
