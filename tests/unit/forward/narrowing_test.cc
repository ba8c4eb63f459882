#include "forward/narrowing.h"

#include <gtest/gtest.h>

namespace sluice::forward {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Verdict = Narrowing::Verdict;

class NarrowingTest : public testing::Test {
 protected:
  // The connection ends while [first, end) has no answer, all of it one message.
  Verdict EndAt(uint64_t first, uint64_t end, Duration after = milliseconds(20)) {
    return narrowing_.OnEnded({.first = first,
                               .end = end,
                               .entries = static_cast<size_t>(end - first),
                               .has_event = true,
                               .after = after,
                               .by_upstream = true});
  }
  // Until the single message at `offset` is tried.
  void Corner(uint64_t offset) {
    EndAt(offset, offset + 1);
    EndAt(offset, offset + 1);
    ASSERT_TRUE(narrowing_.tries());
  }
  int EndsUntilSetAside(uint64_t offset) {
    for (int ends = 1; ends < 100; ++ends) {
      if (EndAt(offset, offset + 1) == Verdict::kSetAside) return ends;
    }
    return 0;
  }

  Narrowing narrowing_;
};

TEST_F(NarrowingTest, NothingIsLookedForWhileConnectionsBringTheRouteOn) {
  EXPECT_EQ(narrowing_.OnEnded({.first = 5, .end = 105, .entries = 100, .acknowledged = true}),
            Verdict::kGoOn);
  EXPECT_FALSE(narrowing_.alone());
  narrowing_.OnEnded({});
  EXPECT_FALSE(narrowing_.alone());
}

TEST_F(NarrowingTest, HalvesAMessageUntilItIsOneEntry) {
  EndAt(0, 100);
  EXPECT_TRUE(narrowing_.alone());
  EXPECT_EQ(narrowing_.max_entries(), SIZE_MAX);
  std::vector<size_t> sizes;
  for (size_t size = 100; size > 1; size = narrowing_.max_entries()) {
    EndAt(0, size);
    sizes.push_back(narrowing_.max_entries());
  }
  EXPECT_EQ(sizes, (std::vector<size_t>{50, 25, 12, 6, 3, 1}));
  EXPECT_FALSE(narrowing_.tries());
  EndAt(0, 1);
  EXPECT_TRUE(narrowing_.tries());
}

TEST_F(NarrowingTest, EndsWhereWhatWasOnTheWayEnds) {
  EndAt(0, 100);
  EndAt(0, 100);
  narrowing_.OnAcknowledged(50);
  EXPECT_TRUE(narrowing_.alone());
  EXPECT_EQ(narrowing_.max_entries(), 50u);
  narrowing_.OnAcknowledged(100);
  EXPECT_FALSE(narrowing_.alone());
  EXPECT_EQ(narrowing_.max_entries(), SIZE_MAX);
}

TEST_F(NarrowingTest, SetsASingleMessageAsideAfterSoManyTries) {
  Corner(7);
  EXPECT_EQ(EndsUntilSetAside(7), Narrowing::kEndsAtOne);
}

TEST_F(NarrowingTest, WhatIsNoProofBeginsTheCountAnew) {
  const auto almost = [this] {
    for (int i = 1; i < Narrowing::kEndsAtOne; ++i) EndAt(7, 8);
  };
  Corner(7);
  almost();
  narrowing_.OnEnded({});  // the connection ended before anything was sent
  EXPECT_EQ(EndsUntilSetAside(7), Narrowing::kEndsAtOne);
  narrowing_.OnPassed(8);

  Corner(8);
  almost();
  narrowing_.OnEnded({.first = 8, .end = 9, .entries = 1, .has_event = true});  // by us
  EXPECT_EQ(EndsUntilSetAside(8), Narrowing::kEndsAtOne);
  narrowing_.OnPassed(9);

  Corner(9);
  almost();
  EndAt(9, 10, Narrowing::kSlowestEnd + milliseconds(1));
  EXPECT_EQ(EndsUntilSetAside(9), Narrowing::kEndsAtOne);
}

// What was an event has expired meanwhile: that is another message.
TEST_F(NarrowingTest, AGapInItsPlaceIsTriedAnew) {
  Corner(7);
  for (int i = 1; i < Narrowing::kEndsAtOne; ++i) EndAt(7, 8);
  const Narrowing::End gap{.first = 7,
                           .end = 60,
                           .entries = 1,
                           .has_event = false,
                           .after = milliseconds(20),
                           .by_upstream = true};
  EXPECT_EQ(narrowing_.OnEnded(gap), Verdict::kGoOn);
  for (int i = 1; i < Narrowing::kEndsAtOne; ++i) {
    EXPECT_EQ(narrowing_.OnEnded(gap), Verdict::kGoOn);
  }
  EXPECT_EQ(narrowing_.OnEnded(gap), Verdict::kSetAside);
}

TEST_F(NarrowingTest, ALateEndWantsALongerQuiet) {
  Corner(7);
  const Duration late = Narrowing::kMinQuiet;
  EXPECT_EQ(EndAt(7, 8, late), Verdict::kGoOn);
  EXPECT_GE(narrowing_.quiet(), Narrowing::kQuietPerEnd * late);
  for (int i = 1; i < Narrowing::kEndsAtOne; ++i) EXPECT_EQ(EndAt(7, 8, late), Verdict::kGoOn);
  EXPECT_EQ(EndAt(7, 8, late), Verdict::kSetAside);
}

TEST_F(NarrowingTest, ItIsNotTheMessageIfItIsEveryMessage) {
  uint64_t offset = 0;
  for (; offset < Narrowing::kSetAsideInARow; ++offset) {
    Corner(offset);
    EXPECT_EQ(EndsUntilSetAside(offset), Narrowing::kEndsAtOne);
    narrowing_.OnPassed(offset + 1);
  }
  Corner(offset);
  EXPECT_EQ(EndsUntilSetAside(offset), 0);
  EXPECT_TRUE(narrowing_.stands());
  narrowing_.OnAcknowledged(offset + 1);
  EXPECT_FALSE(narrowing_.stands());
  Corner(offset + 1);
  EXPECT_EQ(EndsUntilSetAside(offset + 1), Narrowing::kEndsAtOne);
}

}  // namespace
}  // namespace sluice::forward
