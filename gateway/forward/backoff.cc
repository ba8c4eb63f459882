#include "forward/backoff.h"

#include <algorithm>

namespace sluice::forward {
namespace {

constexpr int kMaxDoublings = 30;  // beyond that `max` holds anyway, and the shift stays defined

}  // namespace

Duration Backoff::Bound() const {
  const int64_t initial = options_.initial.count();
  const int64_t max = options_.max.count();
  const int doublings = std::min(attempts_, kMaxDoublings);
  if (initial >= max >> doublings) return options_.max;
  return Duration(initial << doublings);
}

Duration Backoff::Next() {
  const Duration bound = Bound();
  ++attempts_;
  return Duration(static_cast<int64_t>(random_.Unit() * static_cast<double>(bound.count())));
}

}  // namespace sluice::forward
