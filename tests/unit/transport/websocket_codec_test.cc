#include "transport/websocket_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/byte_buffer.h"

namespace sluice::transport {
namespace {

using testing::HasSubstr;
using Role = WebSocketCodec::Role;

// One side: what it has received, and what it has to send.
struct Side {
  explicit Side(Role role, uint64_t seed = 1)
      : codec(role, seed,
              {.data = [this](ByteSpan bytes) { received += AsText(bytes); },
               .frames = [this](ByteSpan bytes) { frames += AsText(bytes); }}) {}
  std::string received, frames;
  WebSocketCodec codec;
};

class WebSocketCodecTest : public testing::Test {
 protected:
  bool Pass(Side& from, Side& to) {
    const std::string frames = std::exchange(from.frames, {});
    return to.codec.Receive(AsBytes(frames));
  }
  bool Say(std::string_view frame) { return client_.codec.Receive(AsBytes(frame)); }

  Side client_{Role::kClient};
  Side server_{Role::kServer};
};

TEST_F(WebSocketCodecTest, BytesArriveBothWays) {
  client_.codec.Send(AsBytes("from the client"));
  EXPECT_EQ(client_.frames.find("from the client"), std::string::npos);  // masked
  ASSERT_TRUE(Pass(client_, server_));
  EXPECT_EQ(server_.received, "from the client");
  server_.codec.Send(AsBytes("from the server"));
  ASSERT_TRUE(Pass(server_, client_));
  EXPECT_EQ(client_.received, "from the server");
}

TEST_F(WebSocketCodecTest, LargeOutputBecomesSeveralFrames) {
  const std::string large(1'000'000, 'x');
  server_.codec.Send(AsBytes(large));
  EXPECT_GE(server_.frames.size(),
            large.size() + 10 * (large.size() / WebSocketCodec::kMaxFrameBytes));
  ASSERT_TRUE(Pass(server_, client_));
  EXPECT_EQ(client_.received, large);
}

TEST_F(WebSocketCodecTest, FramesComeInPieces) {
  server_.codec.Send(AsBytes(std::string(300, 'y')));
  for (const char c : server_.frames) ASSERT_TRUE(Say({&c, 1}));
  EXPECT_EQ(client_.received, std::string(300, 'y'));
}

// A message that never ends gathers nothing: its bytes are handed out as they come [MQTT-6.0.0-2].
TEST_F(WebSocketCodecTest, FragmentsAreHandedOutAsTheyCome) {
  ASSERT_TRUE(
      Say({"\x02\x01"
           "a",
           3}));
  ASSERT_TRUE(
      Say({"\x00\x01"
           "b",
           3}));
  ASSERT_TRUE(Say({"\x89\x00", 2}));  // a ping in between
  ASSERT_TRUE(
      Say({"\x00\x01"
           "c",
           3}));
  EXPECT_EQ(client_.received, "abc");
}

TEST_F(WebSocketCodecTest, MasksDifferByFrameAndSeed) {
  Side other(Role::kClient, 2);
  client_.codec.Send(AsBytes("same"));
  const std::string first = std::exchange(client_.frames, {});
  client_.codec.Send(AsBytes("same"));
  EXPECT_NE(client_.frames, first);
  other.codec.Send(AsBytes("same"));
  EXPECT_NE(other.frames, first);
}

TEST_F(WebSocketCodecTest, PingIsAnswered) {
  ASSERT_TRUE(Say({"\x89\x02hi", 4}));
  ASSERT_EQ(client_.frames.size(), 8u);
  EXPECT_EQ(static_cast<uint8_t>(client_.frames[0]), 0x8A);
}

TEST_F(WebSocketCodecTest, OnlyPingsIsAFault) {
  std::string flood;
  for (int i = 0; i <= WebSocketCodec::kMaxPingsAtOnce; ++i) flood += std::string("\x89\x00", 2);
  EXPECT_FALSE(Say(flood));
  EXPECT_THAT(client_.codec.fault(), HasSubstr("only pings"));
}

TEST_F(WebSocketCodecTest, TextIsAFault) {
  EXPECT_FALSE(Say("\x81\x02hi"));
  EXPECT_THAT(client_.codec.fault(), HasSubstr("text"));
  EXPECT_EQ(client_.received, "");
}

TEST_F(WebSocketCodecTest, BrokenFramesAreFaults) {
  const auto frame = [](std::string_view bytes) { return std::string(bytes); };
  for (const std::string& broken :
       {frame("\xF2\x01x"),                               // reserved bits
        frame("\x83\x01x"),                               // reserved opcode
        frame("\x80\x01x"),                               // a continuation of nothing
        frame(std::string_view("\x09\x00", 2)),           // a control frame in fragments
        frame("\x89\x7E\x01\x00"),                        // a control frame that is long
        frame(std::string_view("\x82\x7E\x00\x01x", 5)),  // a length that could be shorter
        frame("\x82\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF")}) {
    Side side(Role::kClient);
    EXPECT_FALSE(side.codec.Receive(AsBytes(broken))) << testing::PrintToString(broken);
    EXPECT_THAT(side.codec.fault(), HasSubstr("rule of WebSocket"));
    EXPECT_FALSE(side.codec.closed_by_peer());
    EXPECT_FALSE(side.codec.Receive(AsBytes("more")));
  }
}

TEST_F(WebSocketCodecTest, CloseOfThePeerSaysWhy) {
  EXPECT_FALSE(Say({"\x88\x06\x03\xE9gone", 8}));
  EXPECT_EQ(client_.codec.fault(), "it closed the WebSocket (1001), \"gone\"");
  EXPECT_TRUE(client_.codec.closed_by_peer());
  EXPECT_EQ(static_cast<uint8_t>(client_.frames[0]), 0x88);  // answered
}

TEST_F(WebSocketCodecTest, NothingIsSentBehindTheGoodbye) {
  client_.codec.Close();
  const std::string goodbye = std::exchange(client_.frames, {});
  client_.codec.Send(AsBytes("late"));
  EXPECT_EQ(client_.frames, "");
  EXPECT_FALSE(server_.codec.Receive(AsBytes(goodbye)));
  EXPECT_EQ(server_.codec.fault(), "it closed the WebSocket (1000)");
}

}  // namespace
}  // namespace sluice::transport
