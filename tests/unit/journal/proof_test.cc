#include <functional>

#include "base/checksum.h"
#include "unit/journal/journal_fixture.h"

// What is known to have been committed is known from more than the file that held it.
namespace sluice::journal {
namespace {

class ProofTest : public JournalFixture {
 protected:
  std::string Path(const std::string& name) const {
    return std::string(kDirectory) + "/streams/telemetry/" + name;
  }
  uint64_t Counter(const std::string& name) {
    return metrics_.AddCounter("sluice_journal_" + name + "_total", "", "stream=\"telemetry\"")
        .value();
  }
};

TEST_F(ProofTest, FloorFollowsEachCommitThroughASigkill) {
  Open();
  Fill(7);
  Kill();
  env_.RemoveTree(SegmentPath(0));
  Open();
  EXPECT_EQ(stream().next_offset(), 7u);
  EXPECT_EQ(Counter("lost_events"), 7u);
  const auto seen = ReadAll(0);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].reason, GapReason::kMissing);
  EXPECT_EQ(seen[0].end_offset, 7u);
}

TEST_F(ProofTest, FloorFollowsWithinASecondThroughAPowerCut) {
  Open();
  Fill(7);
  Run(std::chrono::seconds(1));
  Fill(1);
  Crash();
  env_.RemoveTree(SegmentPath(0));
  Open();
  EXPECT_EQ(stream().next_offset(), 7u);
}

TEST_F(ProofTest, ManyCommitsASecondSyncTheFloorOnce) {
  Open();
  Run(std::chrono::seconds(2));
  const uint64_t before = env_.syncs();
  Fill(90);  // 10 ms apart
  EXPECT_LE(env_.syncs(), before + 90 + 4) << "a new segment's, and the floor's";
}

TEST_F(ProofTest, FloorThatCanNotBeWrittenStopsNobody) {
  Open();
  Fill(2);
  Crash();
  env_.PutSpecial(Path("state"));
  env_.FailFromNowOn(test::MemoryEnv::kRename);
  Open();
  env_.StopFailing();
  AppendAndCommit("e2");
  EXPECT_EQ(acknowledgeable_, 3u);
  EXPECT_GT(Counter("floor_failures"), 0u);
}

TEST_F(ProofTest, MissingIsNotToldAsDroppedNorTheOtherWay) {
  stream_.on_full = OnFull::kDropNewest;
  options_.max_total_bytes = 0;
  Open();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Append("x").verdict, AppendVerdict::kDropped);
  Run(std::chrono::seconds(1));
  Append("x");
  Run(std::chrono::seconds(1));
  Kill();
  env_.SetContent(SegmentPath(0), "");
  Open();
  Append("x");
  Run(std::chrono::seconds(1));
  const auto seen = ReadAll(0);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_NE(seen[0].reason, GapReason::kDropped);
  EXPECT_EQ(seen[0].end_offset, 4u);
  EXPECT_EQ(seen[1].reason, GapReason::kDropped);
}

TEST_F(ProofTest, CursorOfARouteThatIsGoneProvesToo) {
  Open();
  Fill(9);
  stream().cursor("cloud")->Advance({.acknowledged = 6});
  Run(std::chrono::seconds(1));
  Kill();
  env_.RemoveTree(Path("state"));
  env_.RemoveTree(SegmentPath(0));
  stream_.routes = {"other"};
  Open();
  EXPECT_EQ(stream().next_offset(), 6u);
}

TEST_F(ProofTest, WhereARouteBeginsIsSavedBeforeAnythingIsAccepted) {
  stream_.on_full = OnFull::kDropOldest;
  Open();
  Crash();
  EXPECT_FALSE(env_.Content(CursorPath()).empty());
}

TEST_F(ProofTest, EvictionOnAFullDiskIsToldAsEvictionAfterARestart) {
  stream_.on_full = OnFull::kDropOldest;
  stream_.segment_bytes = 16 << 10;
  stream_.max_dirty_bytes = 8 << 10;
  for (const uint64_t room : {80u << 10, 81u << 10, 82u << 10, 83u << 10, 84u << 10}) {
    SCOPED_TRACE(room);
    Crash();
    env_.Format();
    env_.SetCapacity(room);
    Open();
    for (int i = 0; i < 200; ++i) {
      if (i == 60) env_.SetCapacity(0);  // somebody else takes every page that is left
      Append(PayloadOf(stream().next_offset(), 1000));
      Run(std::chrono::seconds(6));
    }
    const uint64_t next = acknowledgeable_;
    ASSERT_GT(stream().status().evicted_events, 0u);
    Crash();
    env_.SetCapacity(UINT64_MAX);
    Open();
    EXPECT_EQ(stream().cursor("cloud")->offset(), 0u);
    const auto seen = ReadAll(0);
    ASSERT_FALSE(seen.empty());
    EXPECT_EQ(seen[0].offset, 0u);
    EXPECT_EQ(seen[0].reason, GapReason::kEvicted);
    EXPECT_EQ(ExpectWhole(0, next, 1000), seen[0].end_offset);
  }
}

TEST_F(ProofTest, FullDiskAtTheFirstStartLosesNoOrigin) {
  stream_.on_full = OnFull::kDropOldest;
  stream_.segment_bytes = 16 << 10;
  stream_.max_dirty_bytes = 8 << 10;
  env_.SetCapacity(0);
  Open();
  EXPECT_EQ(Append("e0").verdict, AppendVerdict::kFull);
  env_.SetCapacity(80 << 10);
  for (int i = 0; i < 300; ++i) {
    Append(PayloadOf(stream().next_offset(), 1000));
    Run(std::chrono::seconds(1));
  }
  ASSERT_GT(stream().status().evicted_events, 0u);
  const uint64_t next = acknowledgeable_;
  CloseAndOpen();
  EXPECT_EQ(stream().cursor("cloud")->books().origin, 0u);
  ExpectWhole(0, next, 1000);
}

TEST_F(ProofTest, DamagedCursorIsCountedAndKept) {
  for (const std::string content : {"", "rubbish"}) {
    SCOPED_TRACE(content);
    Crash();
    env_.Format();
    Open();
    Fill(4);
    stream().cursor("cloud")->Advance({.acknowledged = 2});
    Run(std::chrono::seconds(1));
    Kill();
    const uint64_t before = Counter("lost_cursors");
    env_.SetContent(CursorPath(), content);
    Open();
    EXPECT_EQ(stream().cursor("cloud")->offset(), 0u);
    EXPECT_EQ(Counter("lost_cursors"), before + 1);
    EXPECT_EQ(env_.Content(CursorPath() + ".aside.0"), content);
  }
}

TEST_F(ProofTest, ForeignCursorDoesNotWinOverWhatIsSavedLater) {
  Open();
  Fill(9);
  for (int i = 0; i < 5; ++i) {
    stream().cursor("cloud")->Advance({.acknowledged = 1});
    Run(std::chrono::seconds(1));
  }
  Kill();
  const std::string foreign = env_.Content(CursorPath());
  env_.Format();
  options_.seed = 8;
  Open();
  Fill(4);
  Kill();
  env_.SetContent(CursorPath(), foreign);
  Open();
  stream().cursor("cloud")->Advance({.acknowledged = 3});
  CloseAndOpen();
  EXPECT_EQ(stream().cursor("cloud")->offset(), 3u);
}

TEST_F(ProofTest, NewDirectoriesSurviveAPowerCut) {
  Open();
  Fill(3);
  Crash();
  EXPECT_TRUE(env_.Exists(SegmentPath(0)));
}

TEST_F(ProofTest, NewerFormatIsRefusedAndLeftAlone) {
  Open();
  Fill(3);
  Kill();
  std::string segment = env_.Content(SegmentPath(0));
  segment[4] = 3;
  const auto* bytes = reinterpret_cast<const uint8_t*>(segment.data());
  uint8_t checksum[8];
  StoreLe64(checksum, Xxh3({bytes, 56}));
  segment.replace(56, 8, reinterpret_cast<const char*>(checksum), 8);
  env_.SetContent(SegmentPath(0), segment);
  const auto files = env_.AllFiles();
  const Status opened = TryOpen();
  EXPECT_EQ(opened.code(), StatusCode::kUnimplemented);
  EXPECT_NE(opened.message().find("newer version"), std::string::npos) << opened.message();
  EXPECT_EQ(env_.AllFiles(), files);
  EXPECT_EQ(env_.Content(SegmentPath(0)), segment);
}

}  // namespace
}  // namespace sluice::journal
