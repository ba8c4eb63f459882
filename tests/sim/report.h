#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "sim/world.h"

namespace sluice::sim {

// What the seeds of a run have reached of what is rare. A situation that no seed reached is a hole
// in the world: something that the gateway has to get right, and that nobody looks at.
class Report {
 public:
  void Add(const Outcome& outcome);

  // A table of all situations, with how many seeds reached each.
  std::string Table() const;
  // What nobody reached, one a line; empty: there is nothing.
  std::string Holes() const;
  // Both to standard output; the table when it is asked for.
  void Print(bool with_table) const;

 private:
  uint64_t SeedsOf(std::string_view situation) const;

  std::map<std::string, uint64_t, std::less<>> seeds_;  // that reached it
  uint64_t all_seeds_ = 0;
};

}  // namespace sluice::sim
