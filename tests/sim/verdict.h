#pragma once

#include <string>
#include <utility>

namespace sluice::sim {

// The first thing that was wrong ends a history.
class Verdict {
 public:
  // `invariant` as DESIGN.md numbers them; 0: something of the world itself. `what` for people.
  void Broken(int invariant, std::string what) {
    if (broken()) return;
    invariant_ = invariant;
    what_ = std::move(what);
  }
  bool broken() const { return invariant_ >= 0; }
  int invariant() const { return invariant_; }
  const std::string& what() const { return what_; }

 private:
  int invariant_ = -1;
  std::string what_;
};

}  // namespace sluice::sim
