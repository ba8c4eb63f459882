#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::test {

// Protobuf messages made by hand, so that tests share no code with what they judge.
class Protobuf {
 public:
  Protobuf& Number(uint32_t field, uint64_t value) {
    Varint(uint64_t{field} << 3);
    Varint(value);
    return *this;
  }
  Protobuf& Bytes(uint32_t field, std::string_view bytes) {
    Varint(uint64_t{field} << 3 | 2);
    Varint(bytes.size());
    bytes_ += bytes;
    return *this;
  }
  Protobuf& Float(uint32_t field, float value) {
    Varint(uint64_t{field} << 3 | 5);
    Fixed(std::bit_cast<uint32_t>(value), 4);
    return *this;
  }
  Protobuf& Double(uint32_t field, double value) {
    Varint(uint64_t{field} << 3 | 1);
    Fixed(std::bit_cast<uint64_t>(value), 8);
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void Varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  void Fixed(uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) bytes_ += static_cast<char>(value >> (8 * i));
  }

  std::string bytes_;
};

}  // namespace sluice::test
