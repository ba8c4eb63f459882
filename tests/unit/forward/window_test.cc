#include "forward/window.h"

#include <gtest/gtest.h>

namespace sluice::forward {
namespace {

class WindowTest : public ::testing::Test {
 protected:
  void Push(uint64_t count, size_t bytes = 10) {
    InFlight publish;
    publish.first = next_;
    publish.end = next_ += count;
    publish.events = count;
    publish.bytes = bytes;
    window_.Push(publish);
  }

  Window window_{3};
  uint64_t next_ = 0;
};

TEST_F(WindowTest, CountsPublishesAndBytes) {
  Push(1, 10);
  Push(1, 20);
  EXPECT_EQ(window_.size(), 2u);
  EXPECT_EQ(window_.bytes(), 30u);
  EXPECT_EQ(window_.unsettled(), 2u);
  window_.PopFront();
  EXPECT_EQ(window_.bytes(), 20u);
}

TEST_F(WindowTest, FindsPublishesAroundTheRing) {
  for (int i = 0; i < 10; ++i) {
    const uint32_t sequence = window_.next_sequence();
    Push(1);
    ASSERT_EQ(window_.FindPending(sequence), &window_.front());
    window_.PopFront();
    EXPECT_EQ(window_.FindPending(sequence), nullptr);
  }
}

TEST_F(WindowTest, SettledPublishIsNotFoundAgain) {
  const uint32_t sequence = window_.next_sequence();
  Push(1);
  window_.SettleAcknowledged(window_.FindPending(sequence));
  EXPECT_EQ(window_.FindPending(sequence), nullptr);
  EXPECT_EQ(window_.unsettled(), 0u);
}

TEST_F(WindowTest, DropsFromTheFirstPendingOn) {
  const uint32_t first = window_.next_sequence();
  Push(1);
  Push(1);
  Push(1);
  window_.SettleRefused(window_.FindPending(first), kRefusedAsNoEvent);
  window_.SettleAcknowledged(window_.FindPending(first + 2));
  window_.DropFromFirstPending();
  EXPECT_EQ(window_.size(), 1u);
  EXPECT_EQ(window_.bytes(), 10u);
  EXPECT_EQ(window_.unsettled(), 0u);
}

TEST_F(WindowTest, ClearedPublishesAreNotFoundUnderTheirNumbers) {
  const uint32_t sequence = window_.next_sequence();
  Push(1);
  window_.Clear();
  Push(1);
  EXPECT_EQ(window_.FindPending(sequence), nullptr);
}

TEST_F(WindowTest, SequenceNumbersWrap) {
  for (uint32_t i = 0; i < Window::kSequenceMask; ++i) {
    Push(1);
    window_.PopFront();
  }
  Push(1);
  EXPECT_EQ(window_.next_sequence(), 0u);
  Push(1);
  EXPECT_EQ(window_.FindPending(0), &window_.back());
}

TEST_F(WindowTest, HoleAborts) {
  Push(1);
  ++next_;
  EXPECT_DEATH(Push(1), "publish.first");
}

}  // namespace
}  // namespace sluice::forward
