#pragma once

#include <cstdint>

namespace sluice::test {

// How often this process has called operator new, on any thread. A test that includes this links
// sluice_test_allocations, which replaces the global operator new.
uint64_t AllocationsSoFar();

// Counts from its construction.
class AllocationCounter {
 public:
  uint64_t count() const { return AllocationsSoFar() - start_; }

 private:
  uint64_t start_ = AllocationsSoFar();
};

}  // namespace sluice::test
