#pragma once

#include <cstddef>
#include <vector>

#include "base/bytes.h"

namespace sluice::normalise {

// The events of one message, one behind the other in one reused buffer, each 8-byte aligned, so
// that the caller can count them and their bytes before it appends all or none. Spans live until
// Clear or Add.
class EventList {
 public:
  size_t size() const { return extents_.size(); }
  bool empty() const { return extents_.empty(); }
  size_t bytes() const { return bytes_; }  // of all events together
  ByteSpan event(size_t i) const { return {storage_.data() + extents_[i].begin, extents_[i].size}; }

  void Clear();
  void Add(ByteSpan event);

 private:
  struct Extent {
    size_t begin;
    size_t size;
  };
  std::vector<uint8_t> storage_;  // new[] aligns to 16 at least
  std::vector<Extent> extents_;
  size_t bytes_ = 0;
};

}  // namespace sluice::normalise
