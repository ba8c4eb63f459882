#pragma once

#include <cstddef>
#include <iterator>

#include "base/bytes.h"

namespace sluice::codec {

// Entries of a packet that may be many, read as one goes: a packet of the greatest legal size can
// hold tens of millions, and a vector of them would be several times the packet. A view: valid as
// long as the bytes. `Read` reads the next entry from well-formed bytes that have one more.
template <typename Entry, void (*Read)(ByteReader*, Entry*)>
class LazyList {
 public:
  class Iterator {
   public:
    using value_type = Entry;
    using difference_type = std::ptrdiff_t;

    Iterator(ByteSpan bytes, size_t left) : reader_(bytes), left_(left) { Load(); }
    const Entry& operator*() const { return entry_; }
    const Entry* operator->() const { return &entry_; }
    Iterator& operator++() {
      --left_;
      Load();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return left_ == 0; }

   private:
    void Load() {
      if (left_ > 0) Read(&reader_, &entry_);
    }
    ByteReader reader_;
    size_t left_;
    Entry entry_{};
  };

  LazyList() = default;
  // `bytes` are well-formed, and `Read` finds `count` entries in them.
  LazyList(ByteSpan bytes, size_t count) : bytes_(bytes), count_(count) {}

  Iterator begin() const { return {bytes_, count_}; }
  std::default_sentinel_t end() const { return {}; }
  size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  // Where the entries are on the wire.
  ByteSpan bytes() const { return bytes_; }

 private:
  ByteSpan bytes_;
  size_t count_ = 0;
};

}  // namespace sluice::codec
