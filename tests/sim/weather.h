#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "sim/process.h"
#include "sim/scene.h"
#include "sim/whims.h"

namespace sluice::sim {

// What befalls the process and the clock of the wall, at random times, as long as trouble lasts;
// and who runs it has it replay. (What befalls disk, network, upstream and clients they bring about
// themselves.) Everything outlives it.
class Weather {
 public:
  Weather(Scene& scene, Process& process, Witness& witness);
  // From now on.
  void Begin();
  // The clock is right again.
  void Mend();

 private:
  Duration Off();
  void Jump();
  void Replay();

  Scene& scene_;
  Process& process_;
  Witness& witness_;
  Random random_;
  Whims whims_;
};

}  // namespace sluice::sim
