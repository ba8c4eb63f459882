#include "transport/watermark.h"

namespace sluice::transport {

bool Watermark::Raise() {
  if (above_) return false;
  above_ = true;
  return true;
}

Watermark::Event Watermark::Update(size_t level) {
  if (level >= high_ && Raise()) return Event::kRoseAboveHigh;
  if (above_ && level <= low_) {
    above_ = false;
    return Event::kFellBelowLow;
  }
  return Event::kNone;
}

}  // namespace sluice::transport
