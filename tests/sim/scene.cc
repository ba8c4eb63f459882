#include "sim/scene.h"

#include <xxhash.h>

namespace sluice::sim {

Scene::Scene(const Plan& the_plan)
    : plan(the_plan), start_(clock.Now()), right_start_(clock.WallNow()) {}

Random Scene::RandomFor(std::string_view part) const {
  return Random(XXH3_64bits_withSeed(part.data(), part.size(), plan.seed));
}

Duration Between(Random& random, Duration least, Duration most) {
  return least + Duration(random.Below(static_cast<uint64_t>((most - least).count()) + 1));
}

}  // namespace sluice::sim
