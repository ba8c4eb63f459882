#pragma once

#include <functional>
#include <list>

#include "base/clock.h"
#include "base/random.h"
#include "base/scheduler.h"
#include "sim/process.h"
#include "sim/scene.h"

namespace sluice::sim {

// What befalls the process and the clock of the wall, at random times, as long as trouble lasts.
// (What befalls disk, network, upstream and clients they bring about themselves.) Everything
// outlives it.
class Weather {
 public:
  Weather(Scene& scene, Process& process);
  // From now on.
  void Begin();
  // The clock is right again.
  void Mend();

 private:
  struct Kind {
    Trouble trouble;
    Duration mean;  // between two, at rate 1
    std::function<void()> strike;
    Timer timer = {};
  };

  void Add(Trouble trouble, Duration mean, std::function<void()> strike);
  void Arm(Kind& kind);
  Duration Off();
  void Jump();

  Scene& scene_;
  Process& process_;
  Random random_;
  std::list<Kind> kinds_;
};

}  // namespace sluice::sim
