#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "base/bytes.h"

namespace sluice {

// A first-in first-out run of contiguous bytes that is also the byte writer: append at the back,
// consume at the front. Keeps its capacity, so that a buffer that has seen its largest load
// allocates no more. Spans handed out are valid until the next call that is not const.
class ByteBuffer {
 public:
  size_t size() const { return bytes_.size() - begin_; }
  bool empty() const { return size() == 0; }
  size_t capacity() const { return bytes_.capacity(); }
  const uint8_t* data() const { return bytes_.data() + begin_; }
  uint8_t* data() { return bytes_.data() + begin_; }
  ByteSpan view() const { return {data(), size()}; }

  void Append(ByteSpan bytes) {
    if (!bytes.empty()) std::memcpy(Extend(bytes.size()), bytes.data(), bytes.size());
  }
  void Append(std::string_view text) { Append(AsBytes(text)); }
  void AppendU8(uint8_t v) { *Extend(1) = v; }
  void AppendBe16(uint16_t v) { StoreBe16(Extend(2), v); }
  void AppendBe32(uint32_t v) { StoreBe32(Extend(4), v); }

  // Makes room for `count` more bytes at the back, of undefined content, and returns where they
  // start.
  uint8_t* Extend(size_t count) {
    MakeRoom(count);
    bytes_.resize(bytes_.size() + count);
    return bytes_.data() + bytes_.size() - count;
  }
  // Takes back the last `count` bytes.
  void Shrink(size_t count) { bytes_.resize(bytes_.size() - count); }
  // Drops `count` bytes at the front; count <= size().
  void Consume(size_t count) {
    begin_ += count;
    if (begin_ == bytes_.size()) Clear();
  }
  void Clear() {
    bytes_.clear();
    begin_ = 0;
  }
  // Gives the memory back to the allocator; for buffers of connections that went idle.
  void Release() {
    Clear();
    bytes_ = std::vector<uint8_t>();
  }

 private:
  // Growth goes through one place: consumed bytes are reclaimed before memory is asked for.
  void MakeRoom(size_t count) {
    if (begin_ == 0 || bytes_.size() + count <= bytes_.capacity()) return;
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
  }

  std::vector<uint8_t> bytes_;
  size_t begin_ = 0;
};

}  // namespace sluice
