#include "journal/inspect.h"
#include "journal/record_format.h"
#include "unit/journal/journal_fixture.h"

// Streams whose events are stored in blocks: what they give back, what they take, and what they go
// through. See "Blocks" in FORMAT.md.
namespace sluice::journal {
namespace {

constexpr size_t kEvent = 400;

class PackedTest : public JournalFixture {
 protected:
  PackedTest() { stream_.compress = true; }

  // So many events in one commit.
  void AppendTogether(int count, size_t bytes = kEvent) {
    for (int i = 0; i < count; ++i) {
      ASSERT_EQ(Append(PayloadOf(stream().next_offset(), bytes)).verdict, AppendVerdict::kStored);
    }
    Run();
  }
  uint64_t Counter(const std::string& name) {
    return metrics_.AddCounter("sluice_journal_" + name, "", "stream=\"telemetry\"").value();
  }
  char VersionOf(uint64_t base) const { return env_.Content(SegmentPath(base))[4]; }
};

TEST_F(PackedTest, EventsTakeAFractionAndComeBack) {
  Open();
  AppendTogether(60);
  EXPECT_LT(Counter("written_bytes_total"), 60 * kEvent / 8);
  Fill(300, kEvent);
  EXPECT_LT(Counter("written_bytes_total"), 360 * kEvent / 3);
  EXPECT_EQ(Counter("plain_bytes_total"), 360 * RecordBytes(kEvent) + 301 * kBatchBytes);
  EXPECT_EQ(ExpectWhole(0, 360, kEvent), 0u);
}

TEST_F(PackedTest, ReadsBeginAnywhereAndAreAsLargeAsTheyMayBe) {
  Open();
  for (int i = 1; i < 12; ++i) AppendTogether(i);
  for (uint64_t from = 0; from < 66; ++from) {
    for (const size_t max_bytes : {1u, 500u, 4096u, 65536u}) {
      const auto seen = ReadAll(from, max_bytes);
      ASSERT_EQ(seen.size(), 66 - from);
      EXPECT_EQ(seen.front().payload, PayloadOf(from, kEvent));
      EXPECT_EQ(seen.back().offset, 65u);
    }
  }
}

TEST_F(PackedTest, ReadsKeepToTheirSize) {
  Open();
  AppendTogether(50);
  size_t most = 0;
  uint64_t next = 0;
  auto reader = stream().NewReader(2000, [&](const ReadResult& result) {
    most = std::max(most, result.records.size());
    next = result.next_offset;
  });
  while (next < 50) {
    reader->Read(next);
    Run(Duration(0));
  }
  EXPECT_EQ(most, 2000 / PackedBytes(kEvent));
}

TEST_F(PackedTest, AReaderFollowsCommitByCommit) {
  Open();
  std::vector<uint64_t> offsets;
  uint64_t next = 0;
  auto reader = stream().NewReader(4096, [&](const ReadResult& result) {
    for (const Record& record : result.records) {
      offsets.push_back(record.offset);
      EXPECT_EQ(AsText(record.payload), PayloadOf(record.offset, kEvent));
    }
    next = result.next_offset;
  });
  for (int i = 0; i < 200; ++i) {
    AppendTogether(1 + i % 3);
    reader->Read(next);
    Run(Duration(0));
    ASSERT_EQ(next, stream().committed_offset());
  }
  EXPECT_EQ(offsets.size(), stream().next_offset());
}

TEST_F(PackedTest, SegmentsOfBothKindsStandSideBySide) {
  uint64_t base = 0;
  for (const bool compress : {false, true, false, true}) {
    stream_.compress = compress;
    Open();
    base = stream().next_offset();
    Fill(5, kEvent);
    EXPECT_EQ(VersionOf(base), compress ? 2 : 1);
    EXPECT_TRUE(journal_->Close().ok());
  }
  Open();
  EXPECT_EQ(ExpectWhole(0, 20, kEvent), 0u);
  EXPECT_EQ(stream().status().quarantined, 0u);
}

TEST_F(PackedTest, ASegmentIsFullByWhatItHolds) {
  stream_.segment_bytes = 16 << 10;
  Open();
  Fill(100, kEvent);
  EXPECT_EQ(stream().status().segments, 1u);
  Fill(900, kEvent);
  EXPECT_GT(stream().status().segments, 2u);
  EXPECT_EQ(ExpectWhole(0, 1000, kEvent), 0u);
}

TEST_F(PackedTest, TheOldestMakeRoomWithinMaxBytes) {
  stream_.max_bytes = 64 << 10;
  stream_.segment_bytes = 16 << 10;
  stream_.on_full = OnFull::kDropOldest;
  stream_.routes.clear();
  Open();
  for (int i = 0; i < 300; ++i) {
    AppendTogether(10, kEvent + static_cast<size_t>(i % 7));
    ASSERT_LE(stream().status().stored_bytes, 64u << 10);
  }
  EXPECT_GT(stream().status().evicted_events, 100u);
  const auto seen = ReadAll(0);
  EXPECT_EQ(seen.front().reason, GapReason::kEvicted);
  EXPECT_EQ(seen.back().offset, 2999u);
}

TEST_F(PackedTest, AnUnsyncedTailIsProvenAndStaysPacked) {
  stream_.durability = Durability::kMemory;
  Open();
  Fill(20, kEvent);
  const uint64_t committed = committed_;
  ASSERT_LT(committed, 5u);
  Kill();
  Open();
  EXPECT_EQ(stream().committed_offset(), 20u);
  EXPECT_EQ(ExpectWhole(0, 20, kEvent), 0u);
  EXPECT_LE(env_.Content(SegmentPath(committed)).size(), 20 * kEvent / 3);
  EXPECT_EQ(VersionOf(committed), 2);
}

// What a route has passed is committed, though nothing else says so, and may end within a block.
TEST_F(PackedTest, ATailThatBeginsWithinABlock) {
  stream_.keep_acknowledged = true;
  Open();
  AppendTogether(10);
  stream().cursor("cloud")->Advance({.acknowledged = 7});
  Run(std::chrono::seconds(1));
  Kill();
  env_.RemoveTree(std::string(kDirectory) + "/streams/telemetry/state");
  Open();
  EXPECT_EQ(stream().committed_offset(), 10u);
  EXPECT_EQ(ExpectWhole(0, 10, kEvent), 0u);
  CloseAndOpen();
  EXPECT_EQ(ExpectWhole(0, 10, kEvent), 0u);
}

TEST_F(PackedTest, AfterAFailedSyncTheNextSegmentStandsAlone) {
  Open();
  Fill(5, kEvent);
  env_.FailAt(0, 1, test::MemoryEnv::kSync);
  ASSERT_EQ(Append(PayloadOf(5, kEvent)).verdict, AppendVerdict::kStored);
  Run();
  env_.StopFailing();
  Run(std::chrono::seconds(1));
  Fill(5, kEvent);
  Crash();
  Open();
  EXPECT_EQ(ExpectWhole(0, 11, kEvent), 0u);
}

TEST_F(PackedTest, ToolsSeeEachEvent) {
  Open();
  AppendTogether(20);
  AppendTogether(20);
  const auto report = VerifyStream(env_, kDirectory, "telemetry");
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->sound());
  EXPECT_EQ(report->events, 40u);
  EXPECT_EQ(report->event_bytes, 40 * kEvent);
  std::vector<uint64_t> offsets;
  const auto visit = [&](const Record& record) {
    EXPECT_EQ(AsText(record.payload), PayloadOf(record.offset, kEvent));
    offsets.push_back(record.offset);
    return record.offset < 30;
  };
  ASSERT_TRUE(VisitRecords(env_, kDirectory, "telemetry", 13, visit).ok());
  EXPECT_EQ(offsets.size(), 18u);
  EXPECT_EQ(offsets.front(), 13u);
}

TEST_F(PackedTest, SmallAndLargeAndEmptyEvents) {
  Open();
  for (const size_t bytes : {0u, 1u, 7u, 8u, 300u, 8192u, 5000u, 8u}) {
    std::string payload = bytes == 0 ? "" : PayloadOf(stream().next_offset(), bytes);
    payload.resize(bytes);
    AppendAndCommit(payload);
  }
  const auto seen = ReadAll(0);
  ASSERT_EQ(seen.size(), 8u);
  EXPECT_EQ(seen[0].payload, "");
  EXPECT_EQ(seen[5].payload.size(), 8192u);
  EXPECT_EQ(seen[7].payload.size(), 8u);
}

}  // namespace
}  // namespace sluice::journal
