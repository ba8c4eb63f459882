#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace sluice {

// Bytes owned by somebody else, valid as long as the function that hands them out says.
using ByteSpan = std::span<const uint8_t>;

inline ByteSpan AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view AsText(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Fixed-width integers at any alignment. Be is network order (MQTT), Le is the order of our files.
inline uint16_t LoadBe16(const uint8_t* p) { return static_cast<uint16_t>(p[0] << 8 | p[1]); }
inline uint32_t LoadBe32(const uint8_t* p) {
  return static_cast<uint32_t>(p[0]) << 24 | static_cast<uint32_t>(p[1]) << 16 |
         static_cast<uint32_t>(p[2]) << 8 | p[3];
}
inline uint32_t LoadLe32(const uint8_t* p) {
  return static_cast<uint32_t>(p[3]) << 24 | static_cast<uint32_t>(p[2]) << 16 |
         static_cast<uint32_t>(p[1]) << 8 | p[0];
}
inline uint64_t LoadLe64(const uint8_t* p) {
  return static_cast<uint64_t>(LoadLe32(p + 4)) << 32 | LoadLe32(p);
}
inline void StoreBe16(uint8_t* p, uint16_t v) {
  p[0] = static_cast<uint8_t>(v >> 8);
  p[1] = static_cast<uint8_t>(v);
}
inline void StoreBe32(uint8_t* p, uint32_t v) {
  StoreBe16(p, static_cast<uint16_t>(v >> 16));
  StoreBe16(p + 2, static_cast<uint16_t>(v));
}
inline void StoreLe32(uint8_t* p, uint32_t v) {
  for (int i = 0; i < 4; ++i) p[i] = static_cast<uint8_t>(v >> (8 * i));
}
inline void StoreLe64(uint8_t* p, uint64_t v) {
  for (int i = 0; i < 8; ++i) p[i] = static_cast<uint8_t>(v >> (8 * i));
}

// Reads from the front of a span. Every read compares with the end first and returns false, leaving
// the position alone, when too little is left. Views that it hands out live as long as the span's
// bytes.
class ByteReader {
 public:
  explicit ByteReader(ByteSpan bytes) : bytes_(bytes) {}

  size_t position() const { return position_; }
  size_t remaining() const { return bytes_.size() - position_; }
  ByteSpan rest() const { return bytes_.subspan(position_); }

  bool ReadU8(uint8_t* value) {
    if (remaining() < 1) return false;
    *value = bytes_[position_++];
    return true;
  }
  bool ReadBe16(uint16_t* value) {
    if (remaining() < 2) return false;
    *value = LoadBe16(&bytes_[position_]);
    position_ += 2;
    return true;
  }
  bool ReadBe32(uint32_t* value) {
    if (remaining() < 4) return false;
    *value = LoadBe32(&bytes_[position_]);
    position_ += 4;
    return true;
  }
  bool ReadBytes(size_t count, ByteSpan* value) {
    if (remaining() < count) return false;
    *value = bytes_.subspan(position_, count);
    position_ += count;
    return true;
  }
  bool Skip(size_t count) {
    if (remaining() < count) return false;
    position_ += count;
    return true;
  }

 private:
  ByteSpan bytes_;
  size_t position_ = 0;
};

}  // namespace sluice
