#include "base/ring.h"

#include <gtest/gtest.h>

#include <deque>

#include "base/random.h"

namespace sluice {
namespace {

// Beside the ring stands a deque: whatever is pushed and popped, both hold the same.
TEST(Ring, HoldsWhatADequeHolds) {
  Random chance(11);
  Ring<int> ring;
  std::deque<int> model;
  for (int i = 0; i < 20'000; ++i) {
    const uint64_t choice = chance.Below(i / 1000 % 2 == 0 ? 3 : 5);
    if (choice < 2 || model.empty()) {
      EXPECT_EQ(ring.Push(i), i);
      model.push_back(i);
    } else if (choice == 4) {
      ring.PopBack();
      model.pop_back();
    } else {
      ring.Pop();
      model.pop_front();
    }
    ASSERT_EQ(ring.size(), model.size());
    ASSERT_EQ(ring.empty(), model.empty());
    if (model.empty()) continue;
    ASSERT_EQ(ring.front(), model.front());
    ASSERT_EQ(ring.back(), model.back());
    const size_t at = chance.Below(model.size());
    ASSERT_EQ(ring[at], model[at]);
  }
}

}  // namespace
}  // namespace sluice
