#include "transport/watermark.h"

namespace sluice::transport {

Watermark::Event Watermark::Update(size_t level) {
  if (!above_ && level >= high_) {
    above_ = true;
    ++times_above_;
    return Event::kRoseAboveHigh;
  }
  if (above_ && level <= low_) {
    above_ = false;
    return Event::kFellBelowLow;
  }
  return Event::kNone;
}

}  // namespace sluice::transport
