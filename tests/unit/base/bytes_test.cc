#include "base/bytes.h"

#include <gtest/gtest.h>

#include "base/checksum.h"

namespace sluice {
namespace {

TEST(ByteReader, ReadsWhatIsThere) {
  ByteReader reader(AsBytes("\x01\x02\x03\x04\x05\x06\x07rest"));
  uint8_t u8 = 0;
  uint16_t u16 = 0;
  uint32_t u32 = 0;
  ASSERT_TRUE(reader.ReadU8(&u8) && reader.ReadBe16(&u16) && reader.ReadBe32(&u32));
  EXPECT_EQ(u8, 1);
  EXPECT_EQ(u16, 0x0203);
  EXPECT_EQ(u32, 0x04050607u);
  EXPECT_EQ(AsText(reader.rest()), "rest");
}

TEST(ByteReader, ReadPastTheEndFailsAndStaysPut) {
  const uint8_t bytes[] = {1, 2, 3};
  ByteReader reader(bytes);
  uint32_t u32 = 0;
  ByteSpan span;
  EXPECT_FALSE(reader.ReadBe32(&u32));
  EXPECT_FALSE(reader.ReadBytes(4, &span) || reader.Skip(4));
  EXPECT_FALSE(reader.ReadBytes(SIZE_MAX, &span));
  EXPECT_EQ(reader.remaining(), 3u);
}

TEST(Checksum, TwoRunsEqualTheirConcatenation) {
  EXPECT_EQ(Xxh3(AsBytes("ab"), AsBytes("cd")), Xxh3(AsBytes("abcd")));
  EXPECT_NE(Xxh3(AsBytes("abcd")), Xxh3(AsBytes("abce")));
}

}  // namespace
}  // namespace sluice
