#include "base/probe.h"

namespace sluice {
namespace {

// Probes live as long as the program.
constinit std::atomic<Probe*> first{nullptr};

}  // namespace

void Probe::Register() {
  if (registered_.exchange(true, std::memory_order_relaxed)) return;
  next_ = first.load(std::memory_order_relaxed);
  while (!first.compare_exchange_weak(next_, this, std::memory_order_release)) {
  }
}

std::vector<std::pair<std::string_view, uint64_t>> ProbeCounts() {
  std::vector<std::pair<std::string_view, uint64_t>> counts;
  for (const Probe* p = first.load(std::memory_order_acquire); p != nullptr; p = p->next_) {
    const uint64_t passed = p->passed_.load(std::memory_order_relaxed);
    if (passed > 0) counts.emplace_back(p->name_, passed);
  }
  return counts;
}

void ResetProbes() {
  for (Probe* p = first.load(std::memory_order_acquire); p != nullptr; p = p->next_) {
    p->passed_.store(0, std::memory_order_relaxed);
  }
}

}  // namespace sluice
