#include "codec/packet_writer.h"

#include <gtest/gtest.h>

#include <string>

#include "codec/varint.h"

namespace sluice::codec {
namespace {

// A length prefix before `length` bytes when `expected` were expected, behind something else.
std::string Prefixed(size_t length, size_t expected) {
  ByteBuffer out;
  out.Append("before");
  {
    const LengthPrefix prefix(&out, expected);
    out.Append(std::string(length, 'x'));
  }
  return std::string(AsText(out.view()));
}

std::string Simple(size_t length) {
  ByteBuffer out;
  out.Append("before");
  AppendVarint(static_cast<uint32_t>(length), &out);
  out.Append(std::string(length, 'x'));
  return std::string(AsText(out.view()));
}

TEST(PacketWriterTest, AnyGuessAtTheLengthGivesTheSameBytes) {
  constexpr size_t kLengths[] = {0, 1, 127, 128, 16'383, 16'384, 70'000};
  for (const size_t length : kLengths) {
    for (const size_t expected : kLengths) EXPECT_EQ(Prefixed(length, expected), Simple(length));
  }
}

TEST(PacketWriterTest, PrefixesNest) {
  ByteBuffer out;
  {
    const FrameWriter frame(PacketType::kPubrel, 2, &out);
    const LengthPrefix properties(&out);
    out.Append(std::string(127, 'p'));
  }
  EXPECT_EQ(AsText(out.view().first(4)), std::string_view("\x62\x80\x01\x7F"));
  EXPECT_EQ(out.size(), 3u + 128u);
}

TEST(PacketWriterDeathTest, TextBeyondAFieldIsOurBug) {
  ByteBuffer out;
  const std::string text(kMaxFieldBytes + 1, 'x');
  EXPECT_DEATH(AppendText(text, &out), "kMaxFieldBytes");
}

}  // namespace
}  // namespace sluice::codec
