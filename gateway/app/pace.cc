#include "app/pace.h"

namespace sluice::app {

void Pace::Note(MonotonicTime now, uint64_t value) {
  samples_[noted_ % kSamples] = {now, value};
  ++noted_;
}

std::optional<double> Pace::PerSecond(MonotonicTime now, uint64_t value) const {
  if (noted_ == 0) return std::nullopt;
  const Sample& oldest = samples_[noted_ < kSamples ? 0 : noted_ % kSamples];
  if (now - oldest.at < kInterval) return std::nullopt;
  const auto change = static_cast<int64_t>(value - oldest.value);
  return static_cast<double>(change) / std::chrono::duration<double>(now - oldest.at).count();
}

}  // namespace sluice::app
