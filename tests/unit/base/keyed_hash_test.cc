#include "base/keyed_hash.h"

#include <gtest/gtest.h>

#include <array>

namespace sluice {
namespace {

// The vectors of the reference implementation: key 00 01 … 0f, input 00 01 … of each length.
TEST(KeyedHashTest, IsSipHash) {
  const SipKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  std::array<uint8_t, 15> input{};
  for (size_t i = 0; i < input.size(); ++i) input[i] = static_cast<uint8_t>(i);
  const ByteSpan bytes(input);
  EXPECT_EQ(SipHash(key, {}), 0x726fdb47dd0e0e31U);
  EXPECT_EQ(SipHash(key, bytes.first(1)), 0x74f839c593dc67fdU);
  EXPECT_EQ(SipHash(key, bytes.first(8)), 0x93f5f5799a932462U);
  EXPECT_EQ(SipHash(key, bytes), 0xa129ca6149be45e5U);
}

TEST(KeyedHashTest, KeyDecides) {
  EXPECT_NE(SipHash({1, 2}, AsBytes(std::string_view("a"))),
            SipHash({1, 3}, AsBytes(std::string_view("a"))));
  EXPECT_EQ(KeyedHash()("a"), KeyedHash()("a"));
  EXPECT_NE(KeyedHash()("a"), KeyedHash()("b"));
}

}  // namespace
}  // namespace sluice
