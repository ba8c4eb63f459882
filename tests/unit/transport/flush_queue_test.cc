#include "transport/flush_queue.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>

namespace sluice::transport {
namespace {

struct Item : FlushQueue::Item {
  void OnIterationEnd() override {
    ++runs;
    if (then) then();
  }
  int runs = 0;
  std::function<void()> then;
};

TEST(FlushQueueTest, ItemAddedTwiceRunsOnce) {
  FlushQueue queue;
  Item item;
  queue.Add(&item);
  queue.Add(&item);
  EXPECT_FALSE(queue.Run());
  EXPECT_FALSE(queue.Run());
  EXPECT_EQ(item.runs, 1);
}

TEST(FlushQueueTest, ItemAddedByAnItemRunsInTheSameCall) {
  FlushQueue queue;
  Item lower, upper;
  upper.then = [&] { queue.Add(&lower); };
  queue.Add(&upper);
  EXPECT_FALSE(queue.Run());
  EXPECT_EQ(lower.runs, 1);
}

TEST(FlushQueueTest, ItemThatAlwaysComesBackDoesNotHoldTheLoop) {
  FlushQueue queue;
  Item item;
  item.then = [&] { queue.Add(&item); };
  queue.Add(&item);
  EXPECT_TRUE(queue.Run());
  EXPECT_EQ(item.runs, 4);
}

TEST(FlushQueueTest, DestroyedItemIsForgotten) {
  FlushQueue queue;
  auto doomed = std::make_unique<Item>();
  Item killer, last;
  killer.then = [&] { doomed.reset(); };
  queue.Add(&killer);
  queue.Add(doomed.get());
  queue.Add(&last);
  EXPECT_FALSE(queue.Run());
  EXPECT_EQ(last.runs, 1);
}

TEST(FlushQueueTest, ItemMayDestroyItself) {
  FlushQueue queue;
  auto item = std::make_unique<Item>();
  item->then = [&] { item.reset(); };
  queue.Add(item.get());
  EXPECT_FALSE(queue.Run());
  EXPECT_FALSE(item);
}

}  // namespace
}  // namespace sluice::transport
