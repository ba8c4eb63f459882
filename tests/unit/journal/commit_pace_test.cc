#include "journal/commit_pace.h"

#include <gtest/gtest.h>

#include "support/simulated_clock.h"

namespace sluice::journal {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr size_t kPage = 4096;

class CommitPaceTest : public testing::Test {
 protected:
  CommitPaceTest() { options_.clock = &clock_; }
  CommitPace NewPace() { return CommitPace(options_); }
  // A commit that takes so long.
  void Commit(CommitPace& pace, Duration takes, uint64_t bytes = kPage) {
    pace.OnBegin(clock_.Now());
    clock_.Advance(takes);
    pace.OnEnd(clock_.Now(), bytes);
    pace.CheckInvariants();
  }
  // Lives `span` with so many bytes a second to commit, each group as soon as it may; the bytes a
  // day that went to the medium, the last page of each group included.
  uint64_t WrittenADay(CommitPace& pace, uint64_t bytes_a_second, Duration span) {
    const MonotonicTime began = clock_.Now();
    uint64_t written = 0;
    while (clock_.Now() - began < span) {
      const double gathers =
          static_cast<double>(pace.commit_bytes()) / static_cast<double>(bytes_a_second);
      const MonotonicTime gathered = clock_.Now() + std::chrono::duration_cast<Duration>(
                                                        std::chrono::duration<double>(gathers));
      const MonotonicTime next = std::min(pace.LingerEnd(), std::max(gathered, pace.GatheredEnd()));
      const Duration waited = std::max<Duration>(next - clock_.Now(), microseconds(100));
      clock_.Advance(waited);
      const double group =
          static_cast<double>(bytes_a_second) * std::chrono::duration<double>(waited).count();
      const uint64_t bytes = static_cast<uint64_t>(group) + kPage;
      Commit(pace, microseconds(0), bytes);
      written += bytes;
    }
    return written * (hours(24) / span);
  }

  test::SimulatedClock clock_;
  Options options_;
};

TEST_F(CommitPaceTest, AfterAQuietTimeTheFirstIsCommittedAtOnce) {
  EXPECT_LE(NewPace().LingerEnd(), clock_.Now());
  CommitPace pace = NewPace();
  Commit(pace, microseconds(200));
  clock_.Advance(options_.commit_linger);
  EXPECT_LE(pace.LingerEnd(), clock_.Now());
}

TEST_F(CommitPaceTest, WhatHasGatheredWaitsUntilTheMediumHasRested) {
  CommitPace pace = NewPace();
  const MonotonicTime began = clock_.Now();
  Commit(pace, microseconds(200));
  EXPECT_EQ(pace.GatheredEnd(), began + microseconds(400));
  EXPECT_EQ(pace.LingerEnd(), began + options_.commit_linger);
}

TEST_F(CommitPaceTest, OneSlowSyncChangesLittle) {
  CommitPace pace = NewPace();
  for (int i = 0; i < 20; ++i) Commit(pace, microseconds(200));
  Commit(pace, milliseconds(1));
  const MonotonicTime began = clock_.Now();
  pace.OnBegin(began);
  EXPECT_EQ(pace.GatheredEnd(), began + microseconds(600));  // 200 and an eighth of what was more
}

TEST_F(CommitPaceTest, OnASlowMediumNothingWaitsLongerThanTheLinger) {
  CommitPace pace = NewPace();
  for (int i = 0; i < 50; ++i) Commit(pace, milliseconds(30));
  EXPECT_EQ(pace.GatheredEnd(), pace.LingerEnd());
  EXPECT_LE(pace.GatheredEnd(), clock_.Now());  // the sync took longer than that
}

TEST_F(CommitPaceTest, WithoutABudgetNothingStretches) {
  CommitPace pace = NewPace();
  WrittenADay(pace, 8 << 20, std::chrono::seconds(20));
  EXPECT_EQ(pace.linger(), options_.commit_linger);
  EXPECT_EQ(pace.commit_bytes(), options_.commit_bytes);
}

TEST_F(CommitPaceTest, TheBudgetOfADayIsKeptByMakingCommitsRarer) {
  // 20 kB/s are 1.7 GB a day; with a page for each 4 ms they would be 90.
  options_.daily_write_budget = 4'000'000'000;
  CommitPace pace = NewPace();
  WrittenADay(pace, 20'000, hours(2));  // an hour's part may be used at once
  const uint64_t written = WrittenADay(pace, 20'000, hours(1));
  EXPECT_LT(written, options_.daily_write_budget * 11 / 10);
  EXPECT_GT(written, options_.daily_write_budget * 8 / 10);  // what is allowed is used
  EXPECT_GT(pace.linger(), options_.commit_linger);
  EXPECT_LT(pace.linger(), CommitPace::kLongestLinger);
  EXPECT_FALSE(pace.is_spent());
}

TEST_F(CommitPaceTest, MoreEventsThanTheBudgetHoldsAreCommittedOnceASecond) {
  options_.daily_write_budget = 1'000'000'000;
  CommitPace pace = NewPace();
  WrittenADay(pace, 100'000, hours(1));
  EXPECT_TRUE(pace.is_spent());
  EXPECT_EQ(pace.linger(), CommitPace::kLongestLinger);
  EXPECT_EQ(pace.commit_bytes(), CommitPace::kMostBytes);
}

TEST_F(CommitPaceTest, AQuietHourGivesTheBudgetBack) {
  options_.daily_write_budget = 1'000'000'000;
  CommitPace pace = NewPace();
  WrittenADay(pace, 100'000, hours(1));
  clock_.Advance(hours(1));
  pace.OnQuiet(clock_.Now());
  EXPECT_FALSE(pace.is_spent());
  EXPECT_EQ(pace.linger(), options_.commit_linger);
}

}  // namespace
}  // namespace sluice::journal
