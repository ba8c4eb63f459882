#include "normalise/read_field.h"

#include <string_view>

namespace sluice::normalise {
namespace {

using decode::Kind;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Also the alphabet of URLs (RFC 4648, section 5).
int Base64Digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

// Byte `at`, read where it stands, so that a long text costs no more than a short one.
int HexByte(std::string_view text, size_t at) {
  if (at >= text.size() / 2) return -1;
  const int high = HexDigit(text[2 * at]), low = HexDigit(text[2 * at + 1]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

int Base64Byte(std::string_view text, size_t at) {
  const size_t first = at / 3 * 4 + at % 3;  // of the two digits that share the byte
  if (at >= text.size() || first + 1 >= text.size()) return -1;
  const int high = Base64Digit(text[first]), low = Base64Digit(text[first + 1]);
  if (high < 0 || low < 0) return -1;
  switch (at % 3) {
    case 0:
      return high << 2 | low >> 4;
    case 1:
      return (high & 15) << 4 | low >> 2;
    default:
      return (high & 3) << 6 | low;
  }
}

int ByteAt(const FieldRule& rule, decode::Value value, size_t at) {
  if (rule.spelling == FieldRule::Spelling::kBytes) {
    if (value.kind() != Kind::kBytes || at >= value.bytes().size()) return -1;
    return value.bytes()[at];
  }
  if (value.kind() != Kind::kText) return -1;
  return rule.spelling == FieldRule::Spelling::kHex ? HexByte(value.text(), at)
                                                    : Base64Byte(value.text(), at);
}

std::optional<uint64_t> ReadBytes(const FieldRule& rule, decode::Value value) {
  uint64_t number = 0;
  for (size_t i = 0; i < rule.width; ++i) {
    const int byte = ByteAt(rule, value, rule.at + (rule.little_endian ? rule.width - 1 - i : i));
    if (byte < 0) return std::nullopt;
    number = number << 8 | static_cast<uint64_t>(byte);
  }
  return number;
}

}  // namespace

std::optional<int64_t> ReadField(const FieldRule& rule, decode::Value value) {
  const auto bytes = ReadBytes(rule, value);
  if (!bytes) return std::nullopt;
  const int bits = rule.bits == 0 ? static_cast<int>(rule.width * 8) - rule.low_bit : rule.bits;
  uint64_t number = *bytes >> rule.low_bit;
  if (bits < 64) number &= (uint64_t{1} << bits) - 1;
  if (rule.none && number == *rule.none) return std::nullopt;
  const bool is_negative = rule.is_signed && (number >> (bits - 1) & 1) != 0;
  if (is_negative && bits < 64) number |= ~uint64_t{0} << bits;
  return static_cast<int64_t>(number);
}

}  // namespace sluice::normalise
