#pragma once

#include <cstddef>
#include <string>
#include <string_view>
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
  // Of whom it is; empty if Add was not told.
  std::string_view device(size_t i) const {
    return std::string_view(devices_).substr(extents_[i].device_begin, extents_[i].device_size);
  }

  void Clear();
  void Add(ByteSpan event, std::string_view device = {});

 private:
  struct Extent {
    size_t begin;
    size_t size;
    size_t device_begin;
    size_t device_size;
  };
  std::vector<uint8_t> storage_;  // new[] aligns to 16 at least
  std::vector<Extent> extents_;
  std::string devices_;
  size_t bytes_ = 0;
};

}  // namespace sluice::normalise
