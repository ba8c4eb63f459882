#include "codec/frame.h"

#include <gtest/gtest.h>

#include <string>

#include "codec/publish.h"
#include "packet_text.h"

namespace sluice::codec {
namespace {

FramePeek Peek(std::string_view bytes, uint32_t max_packet_bytes = kMaxPacketBytes) {
  Frame frame;
  return PeekFrame(AsBytes(bytes), max_packet_bytes, &frame);
}

std::string PublishOf(size_t payload_size) {
  const std::string payload(payload_size, 'x');
  Publish packet;
  packet.topic = "t";
  packet.payload = AsBytes(payload);
  return Encoded(packet, Version::kV311);
}

TEST(FrameTest, PartsOfAPacketNeedMoreAndSayHowMuch) {
  const std::string bytes = PublishOf(300);
  EXPECT_EQ(Peek("").bytes_needed, 2u);
  EXPECT_EQ(Peek(bytes.substr(0, 1)).bytes_needed, 2u);
  EXPECT_EQ(Peek(bytes.substr(0, 2)).bytes_needed, 3u);
  for (size_t size = 0; size < bytes.size(); ++size) {
    const FramePeek peek = Peek(bytes.substr(0, size));
    ASSERT_EQ(peek.state, FrameState::kNeedMore) << size;
    ASSERT_GT(peek.bytes_needed, size);
    ASSERT_EQ(peek.bytes_needed == bytes.size(), size >= 3);
  }
}

TEST(FrameTest, WhatFollowsAPacketIsLeftAlone) {
  const std::string bytes = PublishOf(10) + "\xC0";
  Frame frame;
  ASSERT_EQ(PeekFrame(AsBytes(bytes), kMaxPacketBytes, &frame).state, FrameState::kOk);
  EXPECT_EQ(frame.size, bytes.size() - 1);
  EXPECT_EQ(frame.body.size(), 13u);
}

TEST(FrameTest, WrongFirstByteIsSeenBeforeTheLength) {
  EXPECT_EQ(Peek("\x36").verdict.reason, ReasonCode::kMalformedPacket);
  EXPECT_EQ(Peek(std::string(1, '\0')).verdict.reason, ReasonCode::kMalformedPacket);
  EXPECT_EQ(Peek("\x80").state, FrameState::kError);
}

TEST(FrameTest, AllFirstBytesAreJudged) {
  int good = 0;
  for (int first = 0; first < 256; ++first) {
    good += Peek(std::string(1, static_cast<char>(first))).state == FrameState::kNeedMore;
  }
  EXPECT_EQ(good, 14 + 12);  // A byte for each type but 0 and PUBLISH, which has 12.
}

TEST(FrameTest, TooLargeIsSeenBeforeTheBody) {
  const std::string bytes = PublishOf(300);
  const auto size = static_cast<uint32_t>(bytes.size());
  EXPECT_EQ(Peek(bytes, size).state, FrameState::kOk);
  EXPECT_EQ(Peek(bytes.substr(0, 3), size - 1).verdict.reason, ReasonCode::kPacketTooLarge);
  EXPECT_EQ(Peek("\x30\xFF\xFF\xFF\x7F", kMaxPacketBytes - 1).state, FrameState::kError);
  EXPECT_EQ(Peek("\x30\xFF\xFF\xFF\x7F", kMaxPacketBytes).bytes_needed, kMaxPacketBytes);
}

// [MQTT-3.1.2-24]
TEST(FrameTest, EncodingWithinALimitTakesBackWhatIsTooLarge) {
  ByteBuffer out;
  out.Append("before");
  Publish packet;
  packet.topic = "topic";
  EXPECT_FALSE(EncodeWithin(packet, Version::kV311, 8, &out));
  EXPECT_EQ(AsText(out.view()), "before");
  EXPECT_TRUE(EncodeWithin(packet, Version::kV311, 9, &out));
  EXPECT_EQ(out.size(), 6u + 9u);
}

}  // namespace
}  // namespace sluice::codec
