#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace sluice::app {

// How fast a number has changed lately, over the last minute or as long as it is known. A value;
// allocates nothing.
class Pace {
 public:
  // How often to note.
  static constexpr Duration kInterval = std::chrono::seconds(10);

  void Note(MonotonicTime now, uint64_t value);
  // Per second, up to `value` now; negative when it has gone down. Nothing until it is known for
  // one interval.
  std::optional<double> PerSecond(MonotonicTime now, uint64_t value) const;

 private:
  static constexpr size_t kSamples = 6;
  struct Sample {
    MonotonicTime at{};
    uint64_t value = 0;
  };

  std::array<Sample, kSamples> samples_{};  // a ring
  size_t noted_ = 0;                        // ever
};

}  // namespace sluice::app
