#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>

namespace sluice::fleet {

// Which offsets of a stream have been seen: a bit each, in pages, so that millions of neighbours
// are cheap and a stray one costs no more than a page.
class OffsetSet {
 public:
  // False if it was there already.
  bool Insert(uint64_t offset) {
    uint64_t& word = pages_[offset / kPageBits][offset % kPageBits / 64];
    const uint64_t bit = uint64_t{1} << (offset % 64);
    const bool is_new = (word & bit) == 0;
    word |= bit;
    return is_new;
  }

 private:
  static constexpr uint64_t kPageBits = 4096;
  std::unordered_map<uint64_t, std::array<uint64_t, kPageBits / 64>> pages_;
};

}  // namespace sluice::fleet
