#pragma once
#include <list>
#include "sim/network.h"
#include "sim/witness.h"
#include "wire/packet.h"
namespace sluice::sim {
class Fleet {
 public:
  Fleet(Scene& s, Network& n, Witness& w);
  ~Fleet();
  void Start();
  void BeginCalm() {}
  std::string unsettled() const;
  struct Device;

 private:
  Scene& scene_;
  Network& network_;
  Witness& witness_;
  std::list<std::unique_ptr<Device>> devices_;
};
}  // namespace sluice::sim
