#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {

// A mark at a rare place in the code, of which nothing can be seen from outside. It counts how
// often it was passed, so that tests/sim can say whether its histories ever get there. Only tests
// read probes: nothing depends on them, and nothing is told through them that metrics or the log
// should say.
//
// Costs one relaxed addition and belongs off the hot path all the same. Any thread.
class Probe {
 public:
  // `name` is a literal.
  explicit constexpr Probe(std::string_view name) : name_(name) {}
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  void Pass() {
    if (passed_.fetch_add(1, std::memory_order_relaxed) == 0) Register();
  }

 private:
  friend std::vector<std::pair<std::string_view, uint64_t>> ProbeCounts();
  friend void ResetProbes();
  void Register();

  const std::string_view name_;
  std::atomic<uint64_t> passed_{0};
  std::atomic<bool> registered_{false};
  Probe* next_ = nullptr;  // in the list of those that were ever passed
};

// How often each probe was passed since the last reset, of those that were; in no order.
std::vector<std::pair<std::string_view, uint64_t>> ProbeCounts();
void ResetProbes();

}  // namespace sluice

// SLUICE_PROBE("journal: roll without space"); part and place, as tests/sim/situations.cc lists
// them.
#define SLUICE_PROBE(name)                        \
  do {                                            \
    static constinit ::sluice::Probe probe(name); \
    probe.Pass();                                 \
  } while (false)
