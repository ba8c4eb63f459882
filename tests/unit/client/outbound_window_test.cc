#include "client/outbound_window.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace sluice::client {
namespace {

using Kind = Exchange::Kind;

TEST(ClientOutboundWindow, IdentifiersGoRoundAndSkipZero) {
  OutboundWindow window(4);
  uint16_t before = 0;
  for (int i = 0; i < 200'000; ++i) {
    Exchange& exchange = window.Add(Kind::kQos1, 0, {});
    ASSERT_NE(exchange.packet_id, 0);
    ASSERT_EQ(exchange.packet_id, before == 65'535 ? 1 : before + 1);
    before = exchange.packet_id;
    window.Erase(&exchange);
  }
}

// All 65,535 of them may wait at a time.
TEST(ClientOutboundWindow, LargestWindowUsesEveryIdentifier) {
  OutboundWindow window(65'535);
  for (uint32_t i = 0; i < 65'535; ++i) {
    ASSERT_TRUE(window.HasRoomForPublish());
    window.Add(Kind::kQos1, i, {});
  }
  EXPECT_FALSE(window.HasRoomForPublish());
  EXPECT_FALSE(window.HasRoomForRequest());
  window.CheckInvariants();
  window.Erase(window.Find(777));
  EXPECT_EQ(window.Add(Kind::kQos1, 1, {}).packet_id, 777);
}

TEST(ClientOutboundWindow, RequestsHaveRoomBesideAFullWindow) {
  OutboundWindow window(2);
  window.Add(Kind::kQos1, 0, {});
  window.Add(Kind::kQos2, 0, {});
  EXPECT_FALSE(window.HasRoomForPublish());
  for (size_t i = 0; i < OutboundWindow::kMaxRequests; ++i) {
    ASSERT_TRUE(window.HasRoomForRequest());
    window.Add(Kind::kSubscribe, 0, {});
  }
  EXPECT_FALSE(window.HasRoomForRequest());
  window.CheckInvariants();
}

// Beside a map that is slow and obvious.
TEST(ClientOutboundWindow, BehavesLikeAMap) {
  Random random(7);
  OutboundWindow window(20);
  std::map<uint32_t, uint16_t> waiting;  // token to identifier; tokens ascend with time
  MonotonicTime now{};
  for (uint32_t token = 0; token < 100'000; ++token) {
    now += Duration(1);
    if (random.Next() % 2 == 0 && window.HasRoomForPublish()) {
      waiting[token] = window.Add(Kind::kQos1, token, now).packet_id;
    } else if (!waiting.empty()) {
      auto chosen = waiting.begin();
      if (random.Next() % 8 != 0) std::advance(chosen, random.Next() % waiting.size());
      Exchange* const exchange = window.Find(chosen->second);
      ASSERT_TRUE(exchange != nullptr && exchange->token == chosen->first);
      window.Erase(exchange);
      ASSERT_EQ(window.Find(chosen->second), nullptr);
      waiting.erase(chosen);
    }
    window.CheckInvariants();
    ASSERT_EQ(window.size(), waiting.size());
    ASSERT_EQ(window.oldest() == nullptr, waiting.empty());
    ASSERT_TRUE(waiting.empty() || window.oldest()->token == waiting.begin()->first);
  }
}

TEST(ClientOutboundWindow, NobodyHasIdentifier0) {
  OutboundWindow window(4);
  EXPECT_EQ(window.Find(0), nullptr);
  window.Add(Kind::kQos1, 0, {});
  EXPECT_EQ(window.Find(0), nullptr);
}

}  // namespace
}  // namespace sluice::client
