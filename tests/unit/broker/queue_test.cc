#include "broker_fixture.h"

namespace sluice::broker {
namespace {

using namespace std::chrono_literals;

class QueueTest : public BrokerTest {
 protected:
  // A client without room, subscribed to everything.
  FakeClient& ConnectSlow() {
    FakeClient& slow = Connect("slow", {.expiry_seconds = 60});
    Subscribe(slow, "#");
    slow.room = 0;
    return slow;
  }
};

TEST_F(QueueTest, WhatFindsNoRoomWaitsInOrder) {  // [MQTT-4.6.0-5]
  FakeClient& slow = ConnectSlow();
  for (const char* payload : {"1", "2", "3"}) Publish(slow, "t", payload, Qos::kAtLeastOnce);
  EXPECT_TRUE(slow.Take().empty());
  MakeRoom(slow, 2);
  EXPECT_EQ(slow.Take(), (Lines{"t=1 q1", "t=2 q1"}));
  slow.room = 1;  // Room alone must not let a newer message overtake.
  Publish(slow, "t", "4", Qos::kAtLeastOnce);
  EXPECT_TRUE(slow.Take().empty());
  MakeRoom(slow);
  EXPECT_EQ(slow.Take(), (Lines{"t=3 q1", "t=4 q1"}));
  EXPECT_EQ(broker_->message_bytes(), 0U);
}

TEST_F(QueueTest, PropertiesSurviveTheQueue) {
  FakeClient& slow = Connect("slow");
  Subscribe(slow, {.filter = "t", .maximum_qos = Qos::kAtLeastOnce}, 3);
  slow.room = 0;
  codec::Publish publish = Message("t", "x", Qos::kAtLeastOnce);
  publish.properties.message_expiry_interval = 100;
  publish.properties.content_type = "text/plain";
  Publish(slow, publish);
  Advance(40s);
  MakeRoom(slow);
  EXPECT_EQ(slow.Take(), (Lines{"t=x q1 #3 e60"}));  // [MQTT-3.3.2-6]
}

TEST_F(QueueTest, ExpiredMessageIsNotSent) {  // [MQTT-3.3.2-5]
  FakeClient& slow = ConnectSlow();
  codec::Publish publish = Message("t", "x", Qos::kAtLeastOnce);
  publish.properties.message_expiry_interval = 10;
  Publish(slow, publish);
  Advance(10s);
  MakeRoom(slow);
  EXPECT_TRUE(slow.Take().empty());
  EXPECT_EQ(counters_.expired.value(), 1U);
}

TEST_F(QueueTest, MessagesWaitForADetachedSession) {  // 3.1.1 [MQTT-3.1.2-5]
  FakeClient& away = ConnectSlow();
  away.Close(session::WillFate::kNone);
  FakeClient& other = Connect("other");
  Publish(other, "t", "kept", Qos::kAtLeastOnce);
  Publish(other, "t", "not kept", Qos::kAtMostOnce);
  EXPECT_EQ(Connect("slow", {.clean_start = false}).Take(), (Lines{"t=kept q1"}));
}

TEST_F(QueueTest, TooLargeMessageIsTreatedAsSent) {  // [MQTT-3.1.2-25]
  FakeClient& slow = ConnectSlow();
  slow.max_payload = 1;
  Publish(slow, "t", "large", Qos::kAtLeastOnce);
  Publish(slow, "t", "s", Qos::kAtLeastOnce);
  MakeRoom(slow);
  EXPECT_EQ(slow.Take(), (Lines{"t=s q1"}));
  EXPECT_EQ(counters_.too_large.value(), 1U);
}

TEST_F(QueueTest, OneCopyServesAllWhoWait) {
  FakeClient& first = ConnectSlow();
  Publish(first, "t", std::string(10'000, 'x'), Qos::kAtLeastOnce);
  const size_t for_one = broker_->message_bytes();
  MakeRoom(first);
  first.room = 0;
  for (int i = 0; i < 20; ++i) {
    FakeClient& client = Connect("c" + std::to_string(i));
    Subscribe(client, "#");
    client.room = 0;
  }
  Publish(first, "t", std::string(10'000, 'x'), Qos::kAtLeastOnce);
  EXPECT_EQ(broker_->message_bytes(), for_one);
}

TEST_F(QueueTest, QueueIsBoundedAndDropsTheNewest) {
  Restart({.max_queue_bytes_per_client = 1000});
  FakeClient& slow = ConnectSlow();
  for (int i = 0; i < 100; ++i) Publish(slow, "t", std::to_string(i), Qos::kAtLeastOnce);
  MakeRoom(slow);
  const Lines got = slow.Take();
  ASSERT_FALSE(got.empty());
  EXPECT_EQ(got.front(), "t=0 q1");
  EXPECT_EQ(counters_.queue_dropped.value() + got.size(), 100U);
}

TEST_F(QueueTest, QueueDropsTheOldestWhenToldSo) {
  Restart({.max_queue_bytes_per_client = 1000, .queue_policy = OverflowPolicy::kDropOldest});
  FakeClient& slow = ConnectSlow();
  for (int i = 0; i < 100; ++i) Publish(slow, "t", std::to_string(i), Qos::kAtLeastOnce);
  MakeRoom(slow);
  const Lines got = slow.Take();
  ASSERT_FALSE(got.empty());
  EXPECT_EQ(got.back(), "t=99 q1");
  EXPECT_EQ(counters_.queue_dropped.value() + got.size(), 100U);
}

TEST_F(QueueTest, Qos0GivesWayFirst) {
  Restart({.max_queue_bytes_per_client = 1000});
  FakeClient& slow = ConnectSlow();
  for (int i = 0; i < 100; ++i) Publish(slow, "t", "zero", Qos::kAtMostOnce);
  const uint64_t dropped_before = counters_.queue_dropped_qos0.value();
  EXPECT_GT(dropped_before, 0U);
  Publish(slow, "t", "one", Qos::kAtLeastOnce);
  EXPECT_GT(counters_.queue_dropped_qos0.value(), dropped_before);
  EXPECT_EQ(counters_.queue_dropped.value(), 0U);
  MakeRoom(slow);
  EXPECT_EQ(slow.Take().back(), "t=one q1");
}

TEST_F(QueueTest, MessageLargerThanTheQueueDropsNothingElse) {
  Restart({.max_queue_bytes_per_client = 1000, .queue_policy = OverflowPolicy::kDropOldest});
  FakeClient& slow = ConnectSlow();
  Publish(slow, "t", "small", Qos::kAtLeastOnce);
  Publish(slow, "t", std::string(2000, 'x'), Qos::kAtLeastOnce);
  MakeRoom(slow);
  EXPECT_EQ(slow.Take(), (Lines{"t=small q1"}));
  EXPECT_EQ(counters_.queue_dropped.value(), 1U);
}

TEST_F(QueueTest, AllMessagesTogetherAreBounded) {
  Restart({.max_message_bytes = 5000});
  FakeClient& slow = ConnectSlow();
  for (int i = 0; i < 100; ++i) Publish(slow, "t", std::string(100, 'x'), Qos::kAtLeastOnce);
  EXPECT_LE(broker_->message_bytes(), 5000U);
  EXPECT_GT(counters_.queue_dropped.value(), 0U);
}

TEST_F(QueueTest, EndOfSessionFreesWhatWaited) {
  FakeClient& slow = ConnectSlow();
  Publish(slow, "t", "x", Qos::kAtLeastOnce);
  slow.expiry_seconds = 0;
  slow.Close(session::WillFate::kNone);
  EXPECT_EQ(broker_->message_bytes(), 0U);
}

}  // namespace
}  // namespace sluice::broker
