#include "session/ack_queue.h"

#include <gtest/gtest.h>

namespace sluice::session {
namespace {

using codec::Qos;

TEST(AckQueueTest, OnlyTheOldestCanBeDone) {
  AckQueue queue;
  queue.Push(1, Qos::kAtLeastOnce);
  queue.Push(2, Qos::kAtLeastOnce);
  queue.Find(2)->done = true;
  EXPECT_EQ(queue.Done(), nullptr);
  queue.Find(1)->done = true;
  EXPECT_EQ(queue.Done()->packet_id, 1);
}

TEST(AckQueueTest, GrowingKeepsTheOrder) {
  AckQueue queue;
  for (uint16_t id = 1; id <= 5; ++id) queue.Push(id, Qos::kAtLeastOnce);
  for (int i = 0; i < 5; ++i) queue.Pop();
  for (uint16_t id = 10; id < 110; ++id) queue.Push(id, Qos::kAtLeastOnce).done = true;
  for (uint16_t id = 10; id < 110; ++id) {
    EXPECT_EQ(queue.Done()->packet_id, id);
    queue.Pop();
  }
  EXPECT_TRUE(queue.empty());
}

TEST(AckQueueTest, PoppedIdentifierIsNotFound) {
  AckQueue queue;
  queue.Push(1, Qos::kAtLeastOnce);
  queue.Pop();
  EXPECT_EQ(queue.Find(1), nullptr);
  EXPECT_EQ(queue.Done(), nullptr);
}

}  // namespace
}  // namespace sluice::session
