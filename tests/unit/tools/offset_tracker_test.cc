#include "tools/offset_tracker.h"

#include <gtest/gtest.h>

#include <set>

#include "base/random.h"

namespace sluice::tools {
namespace {

using Verdict = OffsetTracker::Verdict;
using Range = OffsetTracker::Range;

class OffsetTrackerTest : public ::testing::Test {
 protected:
  Verdict See(uint64_t offset) { return tracker_.OnEvent("gw", "s", offset).verdict; }
  void SeeRange(uint64_t first, uint64_t last) {
    for (; first <= last; ++first) See(first);
  }

  OffsetTracker tracker_;
};

TEST_F(OffsetTrackerTest, OffsetsInOrderAreNew) {
  EXPECT_EQ(See(0), Verdict::kNext);
  EXPECT_EQ(See(1), Verdict::kNext);
  EXPECT_EQ(tracker_.missing(), 0u);
}

TEST_F(OffsetTrackerTest, SeenOffsetsAreDuplicates) {
  SeeRange(0, 9);
  for (uint64_t offset = 0; offset < 10; ++offset) EXPECT_EQ(See(offset), Verdict::kDuplicate);
}

TEST_F(OffsetTrackerTest, SkippedOffsetsAreAHole) {
  SeeRange(0, 4);
  const OffsetTracker::Answer answer = tracker_.OnEvent("gw", "s", 8);
  EXPECT_EQ(answer.verdict, Verdict::kAfterHole);
  EXPECT_EQ(answer.hole, (Range{5, 7}));
  EXPECT_EQ(tracker_.missing(), 3u);
}

TEST_F(OffsetTrackerTest, LateOffsetsAreTakenOnce) {
  See(0);
  See(9);
  EXPECT_EQ(See(5), Verdict::kLate);
  EXPECT_EQ(See(5), Verdict::kDuplicate);
  EXPECT_EQ(tracker_.missing(), 7u);
}

TEST_F(OffsetTrackerTest, FirstOffsetOpensNoHoleButEarlierOnesAreTaken) {
  EXPECT_EQ(See(100), Verdict::kNext);
  EXPECT_EQ(tracker_.missing(), 0u);
  EXPECT_EQ(See(40), Verdict::kLate);
  EXPECT_EQ(See(40), Verdict::kDuplicate);
}

TEST_F(OffsetTrackerTest, GapRecordExplainsWhatIsMissing) {
  SeeRange(0, 4);
  EXPECT_EQ(tracker_.OnGap("gw", "s", {5, 9}).verdict, Verdict::kNext);
  EXPECT_EQ(See(10), Verdict::kNext);
  EXPECT_EQ(tracker_.missing(), 0u);
}

TEST_F(OffsetTrackerTest, GapRecordThatComesLateFillsTheHole) {
  See(0);
  See(10);
  EXPECT_EQ(tracker_.OnGap("gw", "s", {1, 9}).verdict, Verdict::kLate);
  EXPECT_EQ(tracker_.missing(), 0u);
  EXPECT_EQ(tracker_.OnGap("gw", "s", {1, 9}).verdict, Verdict::kDuplicate);
}

TEST_F(OffsetTrackerTest, GapRecordMayOverlapWhatWasSeen) {
  SeeRange(0, 4);
  EXPECT_EQ(tracker_.OnGap("gw", "s", {3, 9}).verdict, Verdict::kNext);
  EXPECT_EQ(See(10), Verdict::kNext);
}

// A gap of 2^52, made up by whoever may publish there, must not make anybody drop what comes.
TEST_F(OffsetTrackerTest, EventsThatAGapSpokeOfAreTakenWhenTheyCome) {
  SeeRange(0, 4);
  tracker_.OnGap("gw", "s", {5, uint64_t{1} << 52});
  for (uint64_t offset = 5; offset < 3000; ++offset) EXPECT_EQ(See(offset), Verdict::kLate);
  EXPECT_EQ(See(5), Verdict::kDuplicate);
  EXPECT_EQ(tracker_.missing(), 0u);
}

TEST_F(OffsetTrackerTest, EventsOfAGapAreTakenAfterARestartToo) {
  See(0);
  tracker_.OnGap("gw", "s", {1, 9});
  OffsetTracker loaded;
  ASSERT_TRUE(loaded.Load(tracker_.Save()).ok());
  EXPECT_EQ(loaded.OnEvent("gw", "s", 5).verdict, Verdict::kLate);
  EXPECT_EQ(loaded.OnEvent("gw", "s", 5).verdict, Verdict::kDuplicate);
  EXPECT_EQ(loaded.OnGap("gw", "s", {1, 9}).verdict, Verdict::kDuplicate);
}

TEST_F(OffsetTrackerTest, GapsThatOverlapExplainWhatIsLeft) {
  See(0);
  EXPECT_EQ(tracker_.OnGap("gw", "s", {1, 5}).verdict, Verdict::kNext);
  EXPECT_EQ(tracker_.OnGap("gw", "s", {3, 9}).verdict, Verdict::kNext);
  EXPECT_EQ(tracker_.OnGap("gw", "s", {0, 9}).verdict, Verdict::kDuplicate);
  EXPECT_EQ(See(10), Verdict::kNext);
  EXPECT_EQ(tracker_.missing(), 0u);
}

TEST_F(OffsetTrackerTest, WhatNoGatewayCanSendIsNotPlausible) {
  EXPECT_TRUE(OffsetTracker::IsPlausible("gw", "s", {0, OffsetTracker::kMaxOffset}));
  EXPECT_FALSE(OffsetTracker::IsPlausible("gw", "s", {5, UINT64_MAX}));
  EXPECT_FALSE(OffsetTracker::IsPlausible("gw", "s", {5, 4}));
  EXPECT_FALSE(OffsetTracker::IsPlausible("g\tw", "s", {0, 0}));
  EXPECT_FALSE(OffsetTracker::IsPlausible("gw", "s\n", {0, 0}));
  EXPECT_FALSE(OffsetTracker::IsPlausible("", "s", {0, 0}));
  EXPECT_FALSE(OffsetTracker::IsPlausible("gw", std::string(256, 'x'), {0, 0}));
}

TEST_F(OffsetTrackerTest, StreamsAreBoundedAndTheOthersStillArrive) {
  for (size_t i = 0; i < OffsetTracker::kMaxStreams; ++i) {
    tracker_.OnEvent("gw" + std::to_string(i), "s", 0);
  }
  EXPECT_EQ(tracker_.OnEvent("one too many", "s", 0).verdict, Verdict::kUntracked);
  EXPECT_EQ(tracker_.OnEvent("gw7", "s", 0).verdict, Verdict::kDuplicate);
  OffsetTracker loaded;
  EXPECT_TRUE(loaded.Load(tracker_.Save()).ok());
}

TEST_F(OffsetTrackerTest, StreamsAndGatewaysAreApart) {
  See(0);
  EXPECT_EQ(tracker_.OnEvent("gw", "other", 0).verdict, Verdict::kNext);
  EXPECT_EQ(tracker_.OnEvent("other", "s", 0).verdict, Verdict::kNext);
  EXPECT_EQ(See(0), Verdict::kDuplicate);
}

TEST_F(OffsetTrackerTest, HolesAreBounded) {
  for (uint64_t i = 0; i < 10 * OffsetTracker::kMaxHoles; ++i) See(2 * i);
  EXPECT_EQ(tracker_.missing(), OffsetTracker::kMaxHoles);
  EXPECT_EQ(See(1), Verdict::kDuplicate);  // given up
}

TEST_F(OffsetTrackerTest, SurvivesSaveAndLoad) {
  See(3);
  See(9);
  tracker_.OnEvent("other", "s", 0);
  OffsetTracker loaded;
  ASSERT_TRUE(loaded.Load(tracker_.Save()).ok());
  EXPECT_EQ(loaded.Save(), tracker_.Save());
  EXPECT_EQ(loaded.missing(), 5u);
  EXPECT_EQ(loaded.OnEvent("gw", "s", 9).verdict, Verdict::kDuplicate);
  EXPECT_EQ(loaded.OnEvent("gw", "s", 5).verdict, Verdict::kLate);
}

TEST_F(OffsetTrackerTest, CutStateIsRefused) {
  See(3);
  See(9);
  const std::string state = tracker_.Save();
  for (size_t size = 1; size < state.size(); ++size) {
    OffsetTracker loaded;
    EXPECT_FALSE(loaded.Load(state.substr(0, size)).ok()) << size;
  }
}

TEST_F(OffsetTrackerTest, ImpossibleStateIsRefused) {
  for (const char* state : {"gw\ts\t5\t0\t9-3\n", "gw\ts\t5\t0\t3-9\n", "gw\ts\t9\t0\t4-5\t1-2\n",
                            "gw\ts\tx\t0\n", "gw\ts\n", "\n"}) {
    OffsetTracker loaded;
    EXPECT_FALSE(loaded.Load(state).ok()) << state;
  }
}

// Beside it a slow, obvious model: the set of what was seen.
TEST_F(OffsetTrackerTest, AgreesWithASet) {
  Random random(11);
  std::set<uint64_t> seen{0};
  See(0);
  for (int i = 0; i < 20'000; ++i) {
    const uint64_t offset = random.Below(1500);
    const bool fresh = seen.insert(offset).second;
    ASSERT_EQ(See(offset) != Verdict::kDuplicate, fresh) << offset;
  }
  EXPECT_EQ(tracker_.missing(), *seen.rbegin() + 1 - seen.size());
}

}  // namespace
}  // namespace sluice::tools
