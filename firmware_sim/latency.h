#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "base/clock.h"

namespace sluice::fleet {

// Latencies in buckets of 1/32 of a power of two of microseconds: quantiles to three per cent in 10
// kB, however many there are. One thread.
class LatencyHistogram {
 public:
  void Observe(Duration latency) {
    const int64_t micros = std::chrono::duration_cast<std::chrono::microseconds>(latency).count();
    ++buckets_[Bucket(micros > 0 ? static_cast<uint64_t>(micros) : 0)];
    ++count_;
  }
  // The upper end of the bucket in which the quantile lies, µs; 0 without observations.
  uint64_t QuantileMicros(double quantile) const {
    const double wanted = quantile * static_cast<double>(count_);
    uint64_t seen = 0;
    for (size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen > 0 && static_cast<double>(seen) >= wanted) return UpperEnd(i);
    }
    return 0;
  }
  uint64_t count() const { return count_; }

 private:
  static constexpr int kSubBits = 5;
  static constexpr uint64_t kSub = 1 << kSubBits;
  static constexpr int kMaxShift = 40;  // days

  static size_t Bucket(uint64_t micros) {
    if (micros < kSub) return static_cast<size_t>(micros);
    int shift = std::bit_width(micros) - 1 - kSubBits;
    if (shift > kMaxShift) return kSub * (kMaxShift + 2) - 1;
    return static_cast<size_t>(kSub * static_cast<uint64_t>(shift) + (micros >> shift));
  }
  static uint64_t UpperEnd(size_t bucket) {
    if (bucket < 2 * kSub) return bucket;
    const uint64_t shift = bucket / kSub - 1;
    return ((bucket % kSub + kSub + 1) << shift) - 1;
  }

  std::array<uint64_t, kSub*(kMaxShift + 2)> buckets_{};
  uint64_t count_ = 0;
};

}  // namespace sluice::fleet
