#pragma once
#include "sim/network.h"
#include "sim/witness.h"
namespace sluice::sim {
class Subscribers {
 public:
  Subscribers(Scene&, Network&, Witness&) {}
  void Start() {}
  void BeginCalm() {}
  std::string unsettled() const { return {}; }
};
}  // namespace sluice::sim
