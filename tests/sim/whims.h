#pragma once

#include <functional>
#include <list>

#include "base/clock.h"
#include "base/random.h"
#include "base/scheduler.h"
#include "sim/scene.h"

namespace sluice::sim {

// What somebody does, or what befalls him, at random times for as long as such trouble exists.
class Whims {
 public:
  // Both outlive it.
  Whims(Scene& scene, Random& random) : scene_(scene), random_(random) {}

  // `mean` between two, at rate 1. From now on.
  void Add(Trouble trouble, Duration mean, std::function<void()> act);

 private:
  struct Whim {
    Trouble trouble;
    Duration mean;
    std::function<void()> act;
    Timer timer = {};
  };
  void Arm(Whim* whim);

  Scene& scene_;
  Random& random_;
  std::list<Whim> whims_;
};

}  // namespace sluice::sim
