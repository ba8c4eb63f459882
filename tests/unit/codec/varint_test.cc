#include "codec/varint.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sluice::codec {
namespace {

std::string Encoded(uint32_t value) {
  ByteBuffer out;
  AppendVarint(value, &out);
  return std::string(AsText(out.view()));
}

VarintState StateOf(const std::vector<uint8_t>& bytes) {
  Varint varint;
  return DecodeVarint(bytes, &varint);
}

// The edges of table 1-1.
constexpr uint32_t kEdges[] = {0, 1, 127, 128, 16'383, 16'384, 2097151, 2'097'152, kMaxVarint};

TEST(VarintTest, EdgesComeBack) {
  for (const uint32_t value : kEdges) {
    const std::string bytes = Encoded(value);
    Varint varint;
    ASSERT_EQ(DecodeVarint(AsBytes(bytes), &varint), VarintState::kOk) << value;
    EXPECT_EQ(varint.value, value);
    EXPECT_EQ(varint.size, bytes.size());
    EXPECT_EQ(VarintSize(value), bytes.size());
    EXPECT_FALSE(varint.padded);
  }
}

TEST(VarintTest, LowBitsComeFirst) {
  EXPECT_EQ(Encoded(321), "\xC1\x02");
  EXPECT_EQ(Encoded(kMaxVarint), "\xFF\xFF\xFF\x7F");
}

TEST(VarintTest, CutAnywhereNeedsMore) {
  for (const uint32_t value : kEdges) {
    const std::string bytes = Encoded(value);
    for (size_t size = 0; size < bytes.size(); ++size) {
      Varint varint;
      EXPECT_EQ(DecodeVarint(AsBytes(bytes).first(size), &varint), VarintState::kNeedMore);
    }
  }
}

TEST(VarintTest, FifthByteIsAnErrorBeforeItCame) {
  EXPECT_EQ(StateOf({0xFF, 0xFF, 0xFF, 0xFF}), VarintState::kTooLong);
  EXPECT_EQ(StateOf({0x80, 0x80, 0x80, 0x80, 0x01}), VarintState::kTooLong);
}

// [MQTT-1.5.5-1]
TEST(VarintTest, PaddingIsNoticed) {
  for (const std::vector<uint8_t>& bytes :
       {std::vector<uint8_t>{0x80, 0x00}, {0xFF, 0x00}, {0x81, 0x80, 0x80, 0x00}}) {
    Varint varint;
    ASSERT_EQ(DecodeVarint(bytes, &varint), VarintState::kOk);
    EXPECT_TRUE(varint.padded);
  }
}

}  // namespace
}  // namespace sluice::codec
