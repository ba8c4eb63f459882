#include "base/byte_buffer.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(ByteBuffer, ReturnsBytesInTheOrderOfAppending) {
  ByteBuffer buffer;
  buffer.AppendU8(1);
  buffer.AppendBe16(0x0203);
  buffer.AppendBe32(0x04050607);
  buffer.Append("x");
  EXPECT_EQ(AsText(buffer.view()), std::string_view("\1\2\3\4\5\6\7x"));
}

TEST(ByteBuffer, ConsumedBytesMakeRoomWithoutGrowth) {
  ByteBuffer buffer;
  buffer.Append(std::string(1024, 'a'));
  const size_t capacity = buffer.capacity();
  for (int i = 0; i < 1000; ++i) {
    buffer.Consume(100);
    buffer.Append(std::string(100, 'b'));
  }
  EXPECT_EQ(buffer.size(), 1024u);
  EXPECT_EQ(buffer.capacity(), capacity);
}

TEST(ByteBuffer, ReleaseGivesTheMemoryBack) {
  ByteBuffer buffer;
  buffer.Append(std::string(1024, 'a'));
  buffer.Release();
  EXPECT_EQ(buffer.capacity(), 0u);
  EXPECT_TRUE(buffer.empty());
}

TEST(ByteBuffer, ShrinkTakesBackTheLastBytes) {
  ByteBuffer buffer;
  buffer.Append("abcdef");
  buffer.Consume(1);
  buffer.Shrink(2);
  EXPECT_EQ(AsText(buffer.view()), "bcd");
}

}  // namespace
}  // namespace sluice
