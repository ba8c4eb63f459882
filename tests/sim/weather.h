#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "sim/process.h"
#include "sim/scene.h"
#include "sim/whims.h"

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
  Duration Off();
  void Jump();

  Scene& scene_;
  Process& process_;
  Random random_;
  Whims whims_;
};

}  // namespace sluice::sim
