#include "unit/journal/journal_fixture.h"

// What can't be read is damaged: it is stepped over, kept, and told as a gap; and it never keeps a
// journal from opening, nor a route from moving on.
namespace sluice::journal {
namespace {

using Env = test::MemoryEnv;

class UnreadableTest : public JournalFixture {
 protected:
  static constexpr size_t kEvent = 1000;

  UnreadableTest() { stream_.segment_bytes = 16 << 10; }

  static std::string StreamPath(const std::string& name = "") {
    return std::string(kDirectory) + "/streams/telemetry" + name;
  }
  // Three segments of 15 events and a bit of a fourth; the page of events 18 to 21 is unreadable.
  void FillAndDamage() {
    Open();
    Fill(50, kEvent);
    env_.FailReads(SegmentPath(15), 4096, 8192);
  }
  void ExpectGap(uint64_t begin, uint64_t end) {
    std::vector<std::pair<uint64_t, uint64_t>> gaps;
    for (const Seen& seen : ReadAll(0)) {
      if (seen.kind == Record::Kind::kGap) gaps.emplace_back(seen.offset, seen.end_offset);
    }
    EXPECT_EQ(gaps, (std::vector<std::pair<uint64_t, uint64_t>>{{begin, end}}));
    EXPECT_EQ(ExpectWhole(0, stream().next_offset(), kEvent), end - begin);
  }
  uint64_t LostEvents() {
    return metrics_.AddCounter("sluice_journal_lost_events_total", "", "stream=\"telemetry\"")
        .value();
  }
  std::vector<std::string> Quarantined() const {
    const auto names = env_.List(StreamPath("/quarantine"));
    return names.ok() ? *names : std::vector<std::string>();
  }
};

TEST_F(UnreadableTest, PageOfASealedSegmentCostsItsEventsWhileRunning) {
  FillAndDamage();
  ExpectGap(18, 23);
  EXPECT_EQ(stream().status().quarantined, 1u);
  EXPECT_EQ(LostEvents(), 5u);
  EXPECT_EQ(Quarantined(), std::vector<std::string>{"00000000000000000015.0.seg"});
}

TEST_F(UnreadableTest, PageOfTheActiveSegmentCostsItsEventsWhileRunning) {
  Open();
  Fill(12, kEvent);
  env_.FailReads(SegmentPath(0), 4096, 8192);
  ExpectGap(3, 8);
  Fill(3, kEvent);
  ExpectGap(3, 8);
  EXPECT_EQ(stream().next_offset(), 15u);
}

TEST_F(UnreadableTest, RouteMovesOnWhenNothingCanBeSetAsideOrReplaced) {
  for (const unsigned mask : {Env::kLink | Env::kRename, Env::kRename + 0u,
                              Env::kWrite | Env::kSync, Env::kCreate + 0u, Env::kChanges + 0u}) {
    SCOPED_TRACE(mask);
    Crash();
    env_.Format();
    FillAndDamage();
    env_.FailFromNowOn(mask);
    ExpectGap(18, 23);
    EXPECT_EQ(stream().status().quarantined, 1u) << "tried once";
    env_.StopFailing();
    Kill();
    Open();
    ExpectGap(18, 23);
    EXPECT_EQ(Quarantined().size(), 1u);
  }
}

TEST_F(UnreadableTest, SegmentThatWasMovedAsideAndIsNotKeptIsPutBack) {
  for (uint64_t first = 0; first < 8; ++first) {
    SCOPED_TRACE(first);
    Crash();
    env_.Format();
    FillAndDamage();
    env_.FailAt(first, UINT64_MAX, Env::kLink | Env::kSyncDirectory);
    ExpectGap(18, 23);
    env_.StopFailing();
    Kill();
    Open();
    ExpectGap(18, 23);
  }
}

TEST_F(UnreadableTest, RouteMovesOnWhenTheDiskIsFull) {
  FillAndDamage();
  env_.FailReads(SegmentPath(30), 0, SIZE_MAX);
  env_.SetCapacity(0);
  EXPECT_EQ(ExpectWhole(0, 50, kEvent), 5u + 15u);
}

// The file alone, while nothing can be made: it is not waited for as if the medium were gone.
TEST_F(UnreadableTest, RouteMovesOnBehindAFileOfWhichNothingCanBeRead) {
  Open();
  Fill(50, kEvent);
  env_.FailReads(SegmentPath(15), 0, SIZE_MAX);
  env_.FailFromNowOn(Env::kWrite);
  ExpectGap(15, 30);
  EXPECT_EQ(LostEvents(), 15u);
  env_.StopFailing();
  ExpectGap(15, 30);
}

TEST_F(UnreadableTest, MediumThatIsGoneIsWaitedFor) {
  Open();
  Fill(50, kEvent);
  env_.FailFromNowOn(Env::kChanges | Env::kRead);
  EXPECT_TRUE(ReadAll(0).empty());
  EXPECT_FALSE(read_status_.ok());
}

TEST_F(UnreadableTest, EndIsWhatIsProvenNotTheSizeOfTheFile) {
  Open();
  Fill(3, kEvent);
  Kill();
  env_.SetContent(SegmentPath(0), env_.Content(SegmentPath(0)) + std::string(60'000, '\0'));
  env_.FailReads(SegmentPath(0), 0, SIZE_MAX);
  Open();
  EXPECT_EQ(stream().next_offset(), 3u);
}

TEST_F(UnreadableTest, DeletedSegmentIsReadAsAGapWhileRunning) {
  Open();
  Fill(50, kEvent);
  env_.RemoveTree(SegmentPath(15));
  ExpectGap(15, 30);
  EXPECT_EQ(LostEvents(), 15u) << "counted once, however often they are read";
}

TEST_F(UnreadableTest, EveryDamagedSegmentIsKept) {
  stream_.max_bytes = 4 << 20;
  Open();
  Fill(15 * 12, kEvent);
  for (uint64_t base = 0; base < 15 * 11; base += 15) env_.FailReads(SegmentPath(base), 0, 4096);
  ReadAll(0);
  EXPECT_EQ(Quarantined().size(), 11u);
}

TEST_F(UnreadableTest, QuarantineIsBoundedAndTheOldestGoes) {
  stream_.max_quarantine_bytes = 40 << 10;
  Open();
  Fill(15 * 6, kEvent);
  for (const uint64_t base : {60, 45, 15}) {
    env_.FailReads(SegmentPath(base), 0, 4096);
    ReadAll(base);
  }
  EXPECT_EQ(Quarantined(),
            (std::vector<std::string>{"00000000000000000015.2.seg", "00000000000000000045.1.seg"}));
  EXPECT_EQ(
      metrics_.AddCounter("sluice_journal_quarantine_removed_total", "", "stream=\"telemetry\"")
          .value(),
      1u);
}

TEST_F(UnreadableTest, WhatSomebodyPutIntoQuarantineIsHis) {
  stream_.max_quarantine_bytes = 40 << 10;
  Open();
  Fill(15 * 6, kEvent);
  const std::string theirs = std::string(kDirectory) + "/streams/telemetry/quarantine/notes.txt";
  env_.SetContent(theirs, std::string(100 << 10, 'x'));
  Kill();
  Open();
  env_.FailReads(SegmentPath(15), 0, 4096);
  ReadAll(15);
  EXPECT_EQ(Quarantined(), (std::vector<std::string>{"00000000000000000015.0.seg", "notes.txt"}));
}

TEST_F(UnreadableTest, WhatCantBeRepairedIsCountedOnceAllTheSame) {
  FillAndDamage();
  env_.FailFromNowOn();
  ExpectGap(18, 23);
  ExpectGap(18, 23);
  EXPECT_EQ(LostEvents(), 5u);
  EXPECT_EQ(stream().status().quarantined, 1u);
}

// Whatever fails while a segment is replaced, what it was is kept or still in its place.
TEST_F(UnreadableTest, DamagedBytesSurviveAFailedRepair) {
  for (uint64_t i = 0; i < 40; ++i) {
    SCOPED_TRACE(i);
    Crash();
    env_.Format();
    FillAndDamage();
    const std::string damaged = env_.Content(SegmentPath(15));
    env_.FailAt(i);
    ReadAll(15);
    const bool failed = env_.has_failed();
    env_.StopFailing();
    bool kept = false;
    for (const std::string& path : env_.AllFiles()) kept |= env_.Content(path) == damaged;
    EXPECT_TRUE(kept);
    if (!failed) return;
  }
  FAIL() << "operations are still failing";
}

TEST_F(UnreadableTest, QuarantineOfNothingKeepsNothing) {
  stream_.max_quarantine_bytes = 0;
  FillAndDamage();
  ExpectGap(18, 23);
  EXPECT_TRUE(Quarantined().empty());
}

TEST_F(UnreadableTest, QuarantineCountsAgainstTheTotal) {
  FillAndDamage();
  ReadAll(0);
  Kill();
  options_.max_total_bytes = 90 << 10;
  Open();
  AppendVerdict verdict = AppendVerdict::kStored;
  while (verdict == AppendVerdict::kStored) {
    verdict = Append(std::string(kEvent, 'x')).verdict;
    Run();
  }
  EXPECT_EQ(verdict, AppendVerdict::kFull);
  EXPECT_LE(stream().status().stored_bytes, (90u - 16u) << 10);
}

TEST_F(UnreadableTest, WhatIsInTheWayOfADirectoryOrFileIsSetAside) {
  for (const std::string name :
       {"/LOCK", "/streams", "/streams/telemetry", "/streams/telemetry/cursors",
        "/streams/telemetry/quarantine", "/streams/telemetry/state"}) {
    SCOPED_TRACE(name);
    Crash();
    env_.Format();
    Open();
    Kill();
    env_.RemoveTree(kDirectory + name);
    env_.PutSpecial(kDirectory + name);
    Open();
    Fill(2, kEvent);
    EXPECT_EQ(acknowledgeable_, 2u);
    EXPECT_TRUE(env_.Exists(kDirectory + name + ".aside.0"));
  }
}

TEST_F(UnreadableTest, DirectoryInPlaceOfASegmentBeingMadeIsSetAside) {
  Open();
  ASSERT_TRUE(env_.CreateDirectories(SegmentPath(15) + ".new").ok());
  Fill(20, kEvent);
  EXPECT_EQ(acknowledgeable_, 20u);
}

TEST_F(UnreadableTest, StreamThatCanNotBeListedRefusesAndTheOthersGoOn) {
  Open();
  Fill(2, kEvent);
  Kill();
  env_.FailList(StreamPath());
  Health health(clock_);
  options_.health = &health;
  StreamOptions other = stream_;
  other.name = "other";
  auto opened = Journal::Open(env_, kDirectory, options_, {stream_, other});
  ASSERT_TRUE(opened.ok()) << opened.status().ToString();
  journal_ = std::move(opened).value();
  EXPECT_EQ(Append("x").verdict, AppendVerdict::kFull);
  EXPECT_EQ(journal_->stream("other")->Append(AsBytes("x")).verdict, AppendVerdict::kStored);
  Run();
  EXPECT_EQ(journal_->stream("other")->committed_offset(), 1u);
  EXPECT_TRUE(ReadAll(0).empty());
  EXPECT_EQ(health.state(), HealthState::kFailing);
  EXPECT_NE(health.Text().find("telemetry"), std::string::npos);
  journal_.reset();
  options_.health = nullptr;
}

}  // namespace
}  // namespace sluice::journal
