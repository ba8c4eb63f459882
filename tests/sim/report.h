#pragma once
#include "sim/world.h"
namespace sluice::sim {
class Report {
 public:
  void Add(const Outcome&) {}
  void Print(bool) {}
};
}  // namespace sluice::sim
