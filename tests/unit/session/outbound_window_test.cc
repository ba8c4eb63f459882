#include "session/outbound_window.h"

#include <gtest/gtest.h>

namespace sluice::session {
namespace {

using codec::Qos;

class OutboundWindowTest : public testing::Test {
 protected:
  uint16_t Add(size_t frame_bytes = 10, Qos qos = Qos::kExactlyOnce) {
    OutboundMessage& message = window.Append(qos, MonotonicTime{});
    message.frame.Extend(frame_bytes);
    window.Commit();
    window.CheckInvariants();
    return message.packet_id;
  }
  void Erase(uint16_t packet_id) {
    window.Erase(window.Find(packet_id));
    window.CheckInvariants();
  }
  std::vector<uint16_t> Ids() const {
    std::vector<uint16_t> ids;
    for (const OutboundMessage& message : window.messages()) ids.push_back(message.packet_id);
    return ids;
  }
  OutboundWindow window;
};

TEST_F(OutboundWindowTest, ErasingKeepsTheOrder) {
  for (int i = 0; i < 4; ++i) Add();
  Erase(2);
  EXPECT_EQ(Ids(), (std::vector<uint16_t>{1, 3, 4}));
  Add();
  EXPECT_EQ(Ids(), (std::vector<uint16_t>{1, 3, 4, 5}));
}

TEST_F(OutboundWindowTest, BytesAreThoseOfTheFrames) {
  Add(10);
  Add(20);
  EXPECT_EQ(window.bytes(), 30u);
  window.Release(window.Find(1));
  EXPECT_EQ(window.bytes(), 20u);
  Erase(2);
  EXPECT_EQ(window.bytes(), 0u);
}

TEST_F(OutboundWindowTest, BytesArePassedByAtMostOneMessage) {
  EXPECT_TRUE(window.HasRoom(10, 100));
  Add(500);
  EXPECT_FALSE(window.HasRoom(10, 100));
}

TEST_F(OutboundWindowTest, LargeFrameDoesNotStayInAFreeSlot) {
  Add(100'000);
  Erase(1);
  EXPECT_LT(window.MemoryBytes(), 10'000u);
}

TEST_F(OutboundWindowTest, ErasingASentMessageKeepsTheUnsentOnes) {
  for (int i = 0; i < 3; ++i) Add();
  window.MarkFirstUnsentAsSent();
  window.MarkFirstUnsentAsSent();
  Erase(1);
  EXPECT_EQ(window.FirstUnsent()->packet_id, 3);
  Erase(3);
  EXPECT_EQ(window.FirstUnsent(), nullptr);
}

TEST_F(OutboundWindowTest, IdentifiersGoRoundAndSkipThoseInUse) {
  Add();
  for (int i = 0; i < 65'534; ++i) Erase(Add());
  EXPECT_EQ(Add(), 2);  // neither 0 nor 1
}

TEST_F(OutboundWindowTest, UnknownIdentifierIsNotFound) {
  Add();
  Erase(1);
  EXPECT_EQ(window.Find(1), nullptr);  // though its slot is still there
}

}  // namespace
}  // namespace sluice::session
