#pragma once

#include <list>
#include <string>

#include "sim/device.h"
#include "sim/network.h"
#include "sim/readings.h"
#include "sim/rude_client.h"
#include "sim/rude_crowd.h"
#include "sim/scene.h"
#include "sim/witness.h"

namespace sluice::sim {

// Everybody who publishes, or pretends to.
class Fleet {
 public:
  // Everything outlives it.
  Fleet(Scene& scene, Network& network, Witness& witness);

  void Start();
  // Nothing strange any more; everybody comes, says a few last things, and waits for the answers.
  void BeginCalm();
  // Who has not come to rest, and why; empty: everybody has.
  std::string unsettled() const;

 private:
  Messages messages_;
  std::list<Device> devices_;
  std::list<RudeClient> rude_;
  RudeCrowd crowd_;
};

}  // namespace sluice::sim
