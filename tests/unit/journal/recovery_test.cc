#include <functional>

#include "unit/journal/journal_fixture.h"

namespace sluice::journal {
namespace {

class RecoveryTest : public JournalFixture {
 protected:
  // A stream with events 0 to 5, each its own commit, whose process was killed; and its only
  // segment.
  void SetUp() override {
    SetLogLevel(LogLevel::kOff);
    Open();
    old_state_ = env_.Content(StatePath());
    Fill(6);
    Kill();
    segment_ = env_.Content(SegmentPath(0));
  }
  // What a machine without the segment's tail, or with other bytes in it, finds.
  void OpenWith(std::string segment) {
    env_.SetContent(SegmentPath(0), std::move(segment));
    Open();
  }
  static constexpr size_t kHeader = 64, kBatch = 48, kEvent = 40;
  static size_t EndOf(int event) {
    return kHeader + static_cast<size_t>(event + 1) * (kBatch + kEvent);
  }

  static std::string StatePath() { return std::string(kDirectory) + "/streams/telemetry/state"; }

  std::string segment_;
  std::string old_state_;  // what a power cut may leave: it knows of no event
};

TEST_F(RecoveryTest, SegmentLooksAsInFormatMd) { EXPECT_EQ(segment_.size(), EndOf(5)); }

TEST_F(RecoveryTest, CutAnywhereItKeepsEveryWholeEvent) {
  for (size_t size = kHeader; size <= segment_.size(); ++size) {
    SCOPED_TRACE(size);
    Crash();
    env_.Format();
    Open();
    Kill();
    env_.SetContent(SegmentPath(0), segment_.substr(0, size));
    Open();
    const uint64_t whole = (size - kHeader) / (kBatch + kEvent);
    EXPECT_EQ(stream().next_offset(), whole);
    EXPECT_EQ(stream().status().quarantined, 0u);
    EXPECT_EQ(ExpectWhole(0, whole), 0u);
    Fill(2);
    EXPECT_EQ(ExpectWhole(0, whole + 2), 0u);
    if (HasFailure()) return;
  }
}

TEST_F(RecoveryTest, ZerosBehindTheEndAreACleanEnd) {
  OpenWith(segment_ + std::string(10'000, '\0'));
  EXPECT_EQ(stream().status().torn_bytes, 0u);
  EXPECT_EQ(ExpectWhole(0, 6), 0u);
}

TEST_F(RecoveryTest, TornTailIsCutAndCounted) {
  OpenWith(segment_ + std::string(100, 'x'));
  EXPECT_EQ(stream().status().torn_bytes, 100u);
  EXPECT_EQ(stream().status().quarantined, 0u);
  EXPECT_EQ(ExpectWhole(0, 6), 0u);
}

TEST_F(RecoveryTest, TornLastBatchIsNoCorruption) {
  std::string torn = segment_;
  torn[EndOf(4) + kBatch + 33] ^= 1;
  env_.SetContent(StatePath(), old_state_);
  OpenWith(torn);
  EXPECT_EQ(stream().status().quarantined, 0u);
  EXPECT_EQ(stream().next_offset(), 5u);
}

TEST_F(RecoveryTest, FlippedBitInTheMiddleBecomesAGap) {
  for (size_t at = kHeader; at < EndOf(4); ++at) {
    SCOPED_TRACE(at);
    Crash();
    env_.Format();
    Open();
    Kill();
    std::string damaged = segment_;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    OpenWith(damaged);
    EXPECT_EQ(stream().next_offset(), 6u);
    const uint64_t gone = ExpectWhole(0, 6);
    EXPECT_LE(gone, 1u);
    // Padding is not checksummed, and with a batch record no event goes.
    EXPECT_LE(gone, stream().status().quarantined);
    if (HasFailure()) return;
  }
}

TEST_F(RecoveryTest, DamagedFileIsKeptInQuarantine) {
  std::string damaged = segment_;
  damaged[EndOf(1) + kBatch + 33] ^= 1;
  OpenWith(damaged);
  const std::string copy =
      std::string(kDirectory) + "/streams/telemetry/quarantine/00000000000000000000.0.seg";
  EXPECT_EQ(env_.Content(copy), damaged);
}

TEST_F(RecoveryTest, DamagedHeaderLosesNoEvent) {
  std::string damaged = segment_;
  damaged[20] ^= 1;
  OpenWith(damaged);
  EXPECT_EQ(stream().status().quarantined, 1u);
  EXPECT_EQ(ExpectWhole(0, 6), 0u);
}

TEST_F(RecoveryTest, LostStateFileLosesNoEvent) {
  env_.SetContent(StatePath(), "rubbish");
  Open();
  EXPECT_EQ(ExpectWhole(0, 6), 0u);
}

TEST_F(RecoveryTest, DamageInTheLastBatchIsSeenAfterAnOrderlyEnd) {
  Open();
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  std::string damaged = segment_;
  damaged[EndOf(4) + kBatch + 33] ^= 1;
  env_.SetContent(SegmentPath(0), damaged);
  Open();
  EXPECT_EQ(stream().next_offset(), 6u);
  EXPECT_EQ(ExpectWhole(0, 6), 1u);
}

TEST_F(RecoveryTest, UnsyncedTailIsWrittenAgainBeforeItIsServed) {
  Open();
  Fill(1);
  env_.FailFromNowOn(test::MemoryEnv::kSync | test::MemoryEnv::kTruncate);
  Append(PayloadOf(7));
  Run();
  ASSERT_EQ(acknowledgeable_, 7u);
  Kill();
  Open();
  EXPECT_EQ(stream().next_offset(), 8u) << "it is in the page cache";
  Crash();
  Open();
  EXPECT_EQ(stream().next_offset(), 8u);
  EXPECT_EQ(ExpectWhole(0, 8), 0u);
}

TEST_F(RecoveryTest, DamageFoundWhileReadingIsSetAside) {
  Open();
  Fill(40, 4000);
  std::string damaged = env_.Content(SegmentPath(6));
  ASSERT_GT(damaged.size(), 20'000u);
  damaged[9'000] ^= 1;
  env_.SetContent(SegmentPath(6), damaged);
  EXPECT_EQ(ReadAll(6).size(), 40u);
  EXPECT_EQ(stream().status().quarantined, 1u);
  EXPECT_EQ(
      metrics_.AddCounter("sluice_journal_quarantined_segments_total", "", "stream=\"telemetry\"")
          .value(),
      1u);
}

TEST_F(RecoveryTest, DeletedSegmentIsReadAsAGap) {
  Open();
  Fill(60, 4000);
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  ASSERT_TRUE(env_.Remove(SegmentPath(6)).ok());
  Open();
  const auto seen = ReadAll(0);
  ASSERT_GT(seen.size(), 7u);
  EXPECT_EQ(seen[6].kind, Record::Kind::kGap);
  EXPECT_EQ(stream().next_offset(), 66u);
}

TEST_F(RecoveryTest, HalfMadeSegmentIsRemoved) {
  env_.SetContent(SegmentPath(6) + ".new", "half");
  Open();
  EXPECT_FALSE(env_.Exists(SegmentPath(6) + ".new"));
}

TEST_F(RecoveryTest, PayloadThatLooksLikeARecordIsNotTakenForOne) {
  Open();
  AppendAndCommit(segment_.substr(kHeader, 2 * (kBatch + kEvent)));
  Fill(1);
  Kill();
  std::string damaged = env_.Content(SegmentPath(6));
  damaged[kHeader + kBatch + 1] ^= 1;
  env_.SetContent(SegmentPath(6), damaged);
  Open();
  const auto seen = ReadAll(6);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].reason, GapReason::kCorrupt);
  EXPECT_EQ(seen[1].payload, "e7");
}

// An unsynced tail of three events, of which nothing can be made and nothing cut off, counts as
// committed once the stream is open: then it is synced.
class UnsyncedTailTest : public RecoveryTest {
 protected:
  void OpenWithSyncsEvery(std::chrono::milliseconds interval) {
    stream_.durability = Durability::kInterval;
    stream_.sync_interval = interval;
    Open();
  }
  // Behind three events that are synced; where it ends.
  uint64_t OpenWithUnsyncedTail() {
    OpenWithSyncsEvery(std::chrono::seconds(1));
    Fill(3);
    Run(std::chrono::seconds(2));
    Fill(3);
    return stream().next_offset();
  }
  // The journal must not even try to sync.
  void KillUnsynced() {
    killed_ = std::move(journal_);
    env_.Kill();
  }
  void TearDown() override {
    env_.FailFromNowOn();
    killed_.reset();
  }
  // The process is killed, `damage` done to the files, and no repair of them works.
  void ExpectSyncedWhereItLies(const std::function<void(uint64_t end)>& damage = {}) {
    const uint64_t end = stream().next_offset();
    KillUnsynced();
    if (damage) damage(end);
    env_.FailFromNowOn(test::MemoryEnv::kRename | test::MemoryEnv::kTruncate);
    Open();
    env_.StopFailing();
    ASSERT_NE(journal_, nullptr);
    ASSERT_EQ(stream().committed_offset(), end);
    Crash();
    Open();
    EXPECT_EQ(ReadAll(end - 3).size(), 3u);
  }

 private:
  std::unique_ptr<Journal> killed_;
};

TEST_F(UnsyncedTailTest, ThatCanNotBeRewrittenIsSyncedWhereItLies) {
  OpenWithSyncsEvery(std::chrono::hours(1));
  Fill(3);
  ExpectSyncedWhereItLies();
}

// As on a full disk.
TEST_F(UnsyncedTailTest, BehindDamageThatCanNotBeRepairedIsSyncedWhereItLies) {
  OpenWithUnsyncedTail();
  ExpectSyncedWhereItLies(
      [&](uint64_t end) { env_.Rot(SegmentPath(end - 6), kHeader + kBatch + 33, 1); });
}

// After a sync that failed the kernel takes the pages for clean, and the next one means nothing.
TEST_F(UnsyncedTailTest, IsWrittenAgainBecauseASyncMayHaveFailed) {
  const uint64_t end = OpenWithUnsyncedTail();
  env_.FailFromNowOn(test::MemoryEnv::kSync | test::MemoryEnv::kTruncate |
                     test::MemoryEnv::kCreate);
  Run(std::chrono::seconds(2));
  KillUnsynced();
  env_.FailFromNowOn(test::MemoryEnv::kRename);
  Open();
  env_.StopFailing();
  ASSERT_EQ(stream().committed_offset(), end);
  Crash();
  Open();
  EXPECT_EQ(ReadAll(end - 3).size(), 3u);
}

TEST_F(UnsyncedTailTest, IsHeldUntilItCanBeSynced) {
  const uint64_t end = OpenWithUnsyncedTail();
  KillUnsynced();
  env_.FailFromNowOn(test::MemoryEnv::kSync);
  Open();
  EXPECT_EQ(stream().next_offset(), end);
  EXPECT_EQ(Append(PayloadOf(end)).verdict, AppendVerdict::kStored);
  Run(std::chrono::seconds(1));
  EXPECT_EQ(stream().committed_offset(), end - 3);
  EXPECT_TRUE(ReadAll(end - 3).empty());
  env_.StopFailing();
  Run(std::chrono::seconds(10));
  Run(std::chrono::seconds(2));
  EXPECT_EQ(stream().committed_offset(), end + 1);
  Crash();
  Open();
  EXPECT_EQ(ExpectWhole(0, end + 1), 0u);
}

// Nobody was told of it, so nothing is missing when it is gone, and nothing was damaged.
TEST_F(UnsyncedTailTest, ThatIsHeldIsLostWithThePowerWithoutAGap) {
  const uint64_t end = OpenWithUnsyncedTail();
  KillUnsynced();
  env_.FailFromNowOn(test::MemoryEnv::kSync);
  Open();
  Crash();
  Open();
  EXPECT_EQ(stream().next_offset(), end - 3);
  EXPECT_EQ(ExpectWhole(0, end - 3), 0u);
}

}  // namespace
}  // namespace sluice::journal
