#pragma once

#include <list>
#include <string>

#include "base/random.h"
#include "base/scheduler.h"
#include "sim/client.h"
#include "sim/network.h"
#include "sim/scene.h"
#include "sim/whims.h"
#include "sim/witness.h"

namespace sluice::sim {

// Those on the spot who listen: to what devices tell each other, and to events.
class Subscribers {
 public:
  // Everything outlives it.
  Subscribers(Scene& scene, Network& network, Witness& witness);

  void Start();
  void BeginCalm();
  std::string unsettled() const;

 private:
  struct Subscriber {
    Subscriber(Scene& scene, Network& network, Witness& witness, const std::string& name);
    void Start();
    void BeginCalm();

    Random random;
    Client client;
    Whims whims;
    Timer timer;  // comes back, reads again
  };
  static Client::Options DrawOptions(Random& random, const std::string& name);

  std::list<Subscriber> subscribers_;
};

}  // namespace sluice::sim
