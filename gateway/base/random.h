#pragma once

#include <cstdint>
#include <random>

namespace sluice {

// Numbers for jitter and generated ids, not for secrets (those come from mbedTLS). One thread at a
// time. The seed enters by the constructor so that tests and rehearsals repeat.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  uint64_t Next() { return engine_(); }
  // Uniform in [0, bound); bound > 0.
  uint64_t Below(uint64_t bound) {
    return std::uniform_int_distribution<uint64_t>(0, bound - 1)(engine_);
  }
  // Uniform in [0, 1).
  double Unit() { return std::uniform_real_distribution<double>(0.0, 1.0)(engine_); }
  double Normal(double mean, double deviation) {
    return std::normal_distribution<double>(mean, deviation)(engine_);
  }

 private:
  std::mt19937_64 engine_;
};

// A seed from the operating system.
inline uint64_t SeedFromSystem() {
  std::random_device device;
  return static_cast<uint64_t>(device()) << 32 | device();
}

}  // namespace sluice
