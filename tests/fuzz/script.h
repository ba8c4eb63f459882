#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace sluice::fuzz {

// The input; zeros when it is used up.
class Script {
 public:
  explicit Script(ByteSpan bytes) : bytes_(bytes) {}
  bool done() const { return position_ >= bytes_.size(); }
  uint8_t Byte() { return done() ? 0 : bytes_[position_++]; }
  ByteSpan Bytes(size_t count) {
    const ByteSpan bytes = bytes_.subspan(position_, std::min(count, bytes_.size() - position_));
    position_ += bytes.size();
    return bytes;
  }

 private:
  ByteSpan bytes_;
  size_t position_ = 0;
};

}  // namespace sluice::fuzz
