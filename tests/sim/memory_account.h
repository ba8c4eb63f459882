#pragma once

#include <cstddef>

namespace sluice::sim {

// Counts what the gateway has allocated with operator new, apart from the world around it: who
// allocates is who runs. Memory counts for whom it was allocated until it is freed, by whomever.
// Programs that include this link memory_account.cc, which replaces the global operators. One
// thread.
class MemoryAccount {
 public:
  static size_t gateway_bytes();
  // The most since the last ResetPeak.
  static size_t gateway_peak();
  static void ResetPeak();
};

// Until its end the gateway's code runs.
class InGateway {
 public:
  InGateway();
  ~InGateway();
  InGateway(const InGateway&) = delete;
  InGateway& operator=(const InGateway&) = delete;

 private:
  const bool before_;
};

// Until its end the world's does, called by the gateway's.
class InWorld {
 public:
  InWorld();
  ~InWorld();
  InWorld(const InWorld&) = delete;
  InWorld& operator=(const InWorld&) = delete;

 private:
  const bool before_;
};

}  // namespace sluice::sim
