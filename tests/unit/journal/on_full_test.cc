#include "unit/journal/journal_fixture.h"

namespace sluice::journal {
namespace {

class OnFullTest : public JournalFixture {
 protected:
  static constexpr size_t kEventBytes = 2000;

  OnFullTest() {
    stream_.max_bytes = 128 << 10;
    stream_.segment_bytes = 32 << 10;
    stream_.max_dirty_bytes = 16 << 10;
  }
  AppendVerdict AppendOne() {
    const AppendResult result = Append(PayloadOf(stream().next_offset(), kEventBytes));
    Run();
    return result.verdict;
  }
  // Appends until the answer is another than kStored, which it returns.
  AppendVerdict FillUp() {
    AppendVerdict verdict = AppendVerdict::kStored;
    for (int i = 0; i < 500 && verdict == AppendVerdict::kStored; ++i) verdict = AppendOne();
    return verdict;
  }
  void Acknowledge(uint64_t events) {
    stream().cursor("cloud")->Advance({.acknowledged = events});
    Run(std::chrono::seconds(1));
  }
};

TEST_F(OnFullTest, RejectKeepsWhatIsThere) {
  Open();
  EXPECT_EQ(FillUp(), AppendVerdict::kFull);
  EXPECT_LE(stream().status().stored_bytes, stream_.max_bytes);
  EXPECT_GT(stream().status().stored_bytes, stream_.max_bytes * 3 / 4);
  EXPECT_EQ(ExpectWhole(0, stream().next_offset(), kEventBytes), 0u);
}

TEST_F(OnFullTest, RejectedOffsetIsGivenToTheNext) {
  Open();
  FillUp();
  const uint64_t next = stream().next_offset();
  Acknowledge(next);
  EXPECT_EQ(Append("x").offset, next);
}

TEST_F(OnFullTest, AcknowledgingMakesRoomAndTells) {
  Open();
  FillUp();
  EXPECT_EQ(spaces_, 0);
  Acknowledge(40);
  EXPECT_EQ(spaces_, 1);
  EXPECT_EQ(AppendOne(), AppendVerdict::kStored);
  EXPECT_GT(stream().status().first_offset, 0u);
}

TEST_F(OnFullTest, WhoeverFoundTheMemoryFullIsAskedAgainThoughTheDiskIsFullMeanwhile) {
  // One of these leaves less than an event's room behind a full buffer.
  for (int lead = 0; lead < 16; ++lead) {
    Open();
    Fill(lead, kEventBytes / 2);
    AppendVerdict verdict = AppendVerdict::kBusy;
    while (verdict == AppendVerdict::kBusy) {
      do {
        verdict = Append(PayloadOf(stream().next_offset(), kEventBytes)).verdict;
      } while (verdict == AppendVerdict::kStored);
      const int before = spaces_;
      Run();
      EXPECT_EQ(spaces_ - before, verdict == AppendVerdict::kBusy ? 1 : 0) << lead;
    }
    Crash();
    env_.Format();
  }
}

TEST_F(OnFullTest, NothingIsDeletedBelowAnUnsavedCursor) {
  options_.cursor_interval = std::chrono::seconds(60);
  Open();
  FillUp();
  Run(std::chrono::seconds(61));
  stream().cursor("cloud")->Advance({.acknowledged = 1});
  Run();
  stream().cursor("cloud")->Advance({.acknowledged = 39});
  Run();
  EXPECT_EQ(stream().status().first_offset, 0u);
}

TEST_F(OnFullTest, TheSlowestRouteHoldsBackDeletion) {
  stream_.routes = {"cloud", "archive"};
  Open();
  FillUp();
  Acknowledge(40);
  EXPECT_EQ(stream().status().first_offset, 0u);
  stream().cursor("archive")->Advance({.acknowledged = 20});
  Run(std::chrono::seconds(1));
  EXPECT_GT(stream().status().first_offset, 0u);
  EXPECT_LE(stream().status().first_offset, 20u);
}

TEST_F(OnFullTest, KeptEventsAreDeletedWhenTheirRoomIsNeeded) {
  stream_.keep_acknowledged = true;
  Open();
  FillUp();
  Acknowledge(40);
  EXPECT_EQ(stream().status().first_offset, 0u);
  EXPECT_EQ(AppendOne(), AppendVerdict::kStored);
  EXPECT_GT(stream().status().first_offset, 0u);
}

TEST_F(OnFullTest, DropOldestLeavesOneGapAndStaysInItsBound) {
  stream_.on_full = OnFull::kDropOldest;
  Open();
  for (int i = 0; i < 300; ++i) ASSERT_EQ(AppendOne(), AppendVerdict::kStored);
  EXPECT_LE(stream().status().stored_bytes, stream_.max_bytes);
  const auto seen = ReadAll(0);
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen[0].reason, GapReason::kEvicted);
  EXPECT_EQ(seen[1].kind, Record::Kind::kEvent);
  EXPECT_EQ(ExpectWhole(0, 300, kEventBytes), seen[0].end_offset);
  EXPECT_EQ(stream().status().evicted_events, seen[0].end_offset);
}

TEST_F(OnFullTest, EvictionLeavesAGapOfAnotherReasonAsItIs) {
  stream_.on_full = OnFull::kDropOldest;
  Open();
  Fill(3, kEventBytes);
  Kill();
  env_.RemoveTree(SegmentPath(0));
  Open();
  for (int i = 0; i < 300; ++i) ASSERT_EQ(AppendOne(), AppendVerdict::kStored);
  const auto seen = ReadAll(0);
  ASSERT_GE(seen.size(), 3u);
  EXPECT_EQ(seen[0].reason, GapReason::kMissing);
  EXPECT_EQ(seen[0].end_offset, 3u);
  EXPECT_EQ(seen[1].reason, GapReason::kEvicted);
  EXPECT_EQ(seen[2].kind, Record::Kind::kEvent);
  EXPECT_LE(stream().status().stored_bytes, stream_.max_bytes);
}

TEST_F(OnFullTest, EvictionGapSurvivesAPowerCut) {
  stream_.on_full = OnFull::kDropOldest;
  Open();
  for (int i = 0; i < 300; ++i) AppendOne();
  const uint64_t gone = ReadAll(0)[0].end_offset;
  Crash();
  Open();
  EXPECT_EQ(ExpectWhole(0, 300, kEventBytes), gone);
}

TEST_F(OnFullTest, WhatRoutesHavePassedIsNotCalledEvicted) {
  stream_.on_full = OnFull::kDropOldest;
  stream_.keep_acknowledged = true;
  Open();
  for (int i = 0; i < 300; ++i) {
    AppendOne();
    Acknowledge(1);
  }
  EXPECT_EQ(stream().status().evicted_events, 0u);
}

TEST_F(OnFullTest, DropNewestKeepsTheOldAndRecordsTheRest) {
  stream_.on_full = OnFull::kDropNewest;
  Open();
  EXPECT_EQ(FillUp(), AppendVerdict::kDropped);
  const uint64_t first_dropped = stream().next_offset() - 1;
  const uint64_t stored = stream().status().stored_bytes;
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(AppendOne(), AppendVerdict::kDropped);
  Run(std::chrono::seconds(1));
  EXPECT_EQ(acknowledgeable_, first_dropped + 1001);
  EXPECT_LE(stream().status().stored_bytes, stored + 8192) << "gaps merge";
  EXPECT_LE(stream().status().stored_bytes, stream_.max_bytes);
  EXPECT_EQ(ExpectWhole(0, first_dropped + 1001, kEventBytes), 1001u);
}

TEST_F(OnFullTest, LonePublisherIsToldAtOnceThatItsEventWasDropped) {
  stream_.on_full = OnFull::kDropNewest;
  Open();
  FillUp();
  Run(std::chrono::seconds(1));
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(AppendOne(), AppendVerdict::kDropped);
    EXPECT_EQ(acknowledgeable_, stream().next_offset());
  }
}

TEST_F(OnFullTest, DroppedOffsetsAreNotUsedAgainAfterAPowerCut) {
  stream_.on_full = OnFull::kDropNewest;
  Open();
  FillUp();
  for (int i = 0; i < 10; ++i) AppendOne();
  Run(std::chrono::seconds(1));
  const uint64_t next = stream().next_offset();
  Crash();
  Open();
  EXPECT_EQ(stream().next_offset(), next);
  EXPECT_EQ(ExpectWhole(0, next, kEventBytes), 11u);
}

TEST_F(OnFullTest, DropNewestStoresAgainOnceThereIsRoom) {
  stream_.on_full = OnFull::kDropNewest;
  Open();
  FillUp();
  Run(std::chrono::seconds(1));
  const uint64_t next = stream().next_offset();
  Acknowledge(next);
  EXPECT_EQ(AppendOne(), AppendVerdict::kStored);
  EXPECT_EQ(ExpectWhole(next, next + 1, kEventBytes), 0u);
}

TEST_F(OnFullTest, FloorOfFreeSpaceRefusesUntilItIsFreeAgain) {
  options_.min_free_bytes = 1 << 20;
  env_.SetCapacity((1 << 20) + (64 << 10));
  Open();
  EXPECT_EQ(FillUp(), AppendVerdict::kFull);
  EXPECT_GE(*env_.FreeBytes(kDirectory), options_.min_free_bytes);
  env_.SetCapacity(8 << 20);
  Run(std::chrono::seconds(1));
  EXPECT_EQ(spaces_, 1);
  EXPECT_EQ(AppendOne(), AppendVerdict::kStored);
}

TEST_F(OnFullTest, TotalBoundCountsAllStreams) {
  options_.max_total_bytes = 100 << 10;
  StreamOptions other = stream_;
  other.name = "other";
  auto opened = Journal::Open(env_, kDirectory, options_, {stream_, other});
  ASSERT_TRUE(opened.ok());
  journal_ = std::move(opened).value();
  EXPECT_EQ(FillUp(), AppendVerdict::kFull);
  EXPECT_EQ(journal_->stream("other")->Append(AsBytes(std::string(2000, 'x'))).verdict,
            AppendVerdict::kFull);
  EXPECT_LE(stream().status().stored_bytes, options_.max_total_bytes);
}

TEST_F(OnFullTest, FullDiskRefusesBeforeWritingFails) {
  env_.SetCapacity(64 << 10);
  Open();
  EXPECT_EQ(FillUp(), AppendVerdict::kFull);
  EXPECT_TRUE(stream().status().last_failure.ok());
}

TEST_F(OnFullTest, FailingDiskStopsAcknowledgingAndRecovers) {
  Open();
  AppendOne();
  env_.FailFromNowOn(test::MemoryEnv::kSync);
  for (int i = 0; i < 5; ++i) AppendOne();
  EXPECT_EQ(acknowledgeable_, 1u);
  EXPECT_FALSE(stream().status().last_failure.ok());
  env_.StopFailing();
  Run(std::chrono::seconds(6));
  Run();
  EXPECT_EQ(acknowledgeable_, 6u);
  EXPECT_TRUE(stream().status().last_failure.ok());
  Crash();
  Open();
  EXPECT_EQ(ExpectWhole(0, 6, kEventBytes), 0u);
}

}  // namespace
}  // namespace sluice::journal
