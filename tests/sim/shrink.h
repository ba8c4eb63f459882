#pragma once

#include <string>

#include "sim/plan.h"
#include "sim/world.h"

namespace sluice::sim {

// A smaller plan whose history breaks the same invariant: trouble, people and time are taken away
// one after the other, and stay away if it still breaks. Lives a hundred histories or so.
Plan Shrink(Plan plan, const Outcome& broken);

// The command that lives the history of this plan, which is the seed's or was shrunk from it.
std::string CommandFor(const Plan& plan);

}  // namespace sluice::sim
