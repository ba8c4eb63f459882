#include "journal/inspect.h"

#include <functional>
#include <optional>

#include "unit/journal/journal_fixture.h"

namespace sluice::journal {
namespace {

class InspectTest : public JournalFixture {
 protected:
  void SetUp() override {
    Open();
    Fill(40, 4000);
    stream().cursor("cloud")->Advance({.acknowledged = 3});
    Run(std::chrono::seconds(1));
  }
  VerifyReport Verify() {
    auto report = VerifyStream(env_, kDirectory, "telemetry");
    EXPECT_TRUE(report.ok());
    return std::move(report).value();
  }
};

TEST_F(InspectTest, ListsWhatARunningJournalHolds) {
  const auto streams = ListStreams(env_, kDirectory);
  ASSERT_TRUE(streams.ok());
  ASSERT_EQ(streams->size(), 1u);
  const StreamSummary& s = streams->front();
  EXPECT_EQ(s.name, "telemetry");
  EXPECT_EQ(s.next_offset, 40u);
  EXPECT_EQ(s.segments.size(), stream().status().segments);
  ASSERT_EQ(s.routes.size(), 1u);
  EXPECT_EQ(s.routes[0].books.Cursor(), 3u);
}

TEST_F(InspectTest, CursorThatWasNeverWrittenIsNoDamageButABrokenOneIs) {
  env_.SetContent(CursorPath(), "");
  EXPECT_TRUE(Verify().sound());
  env_.SetContent(CursorPath(), std::string(4096 + 72, '\0'));
  EXPECT_FALSE(Verify().sound());
}

TEST_F(InspectTest, VisitsRecordsFromAnOffsetUntilToldToStop) {
  uint64_t expected = 17;
  const auto visit = [&](const Record& r) {
    EXPECT_EQ(r.offset, expected);
    EXPECT_EQ(AsText(r.payload), PayloadOf(expected, 4000));
    return ++expected < 30;
  };
  EXPECT_TRUE(VisitRecords(env_, kDirectory, "telemetry", 17, visit).ok());
  EXPECT_EQ(expected, 30u);
}

TEST_F(InspectTest, SegmentThatCannotBeOpenedIsDamageAndTheRestIsShown) {
  const auto before = ListStreams(env_, kDirectory);
  ASSERT_TRUE(before.ok());
  const auto& segments = before->front().segments;
  ASSERT_GT(segments.size(), 2u);
  env_.PutSpecial(std::string(kDirectory) + "/streams/telemetry/" + segments[1].file);
  EXPECT_EQ(ListStreams(env_, kDirectory)->front().segments.size(), segments.size());
  const VerifyReport report = Verify();
  EXPECT_FALSE(report.sound());
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].first_offset, segments[1].base_offset);
  EXPECT_EQ(report.findings[0].end_offset, segments[2].base_offset);
  uint64_t next = 0;
  const auto visit = [&](const Record& r) {
    EXPECT_EQ(r.offset, next);
    EXPECT_EQ(r.kind == Record::Kind::kGap, r.offset == segments[1].base_offset);
    next = r.end_offset;
    return true;
  };
  EXPECT_TRUE(VisitRecords(env_, kDirectory, "telemetry", 0, visit).ok());
  EXPECT_EQ(next, 40u);
}

// Of a journal that tells publishers before it syncs, which is when the two differ for long.
class UncommittedTest : public JournalFixture {
 protected:
  void SetUp() override {
    stream_.durability = Durability::kInterval;
    Open();
    Fill(3);
    Run(2 * stream_.sync_interval);
    EXPECT_EQ(committed_, 3u);
    Fill(2);
    EXPECT_EQ(acknowledgeable_, 5u);
    EXPECT_EQ(committed_, 3u);
  }
  uint64_t Shown(uint64_t from = 0) {
    uint64_t shown = 0;
    const auto count = [&](const Record&) { return ++shown > 0; };
    EXPECT_TRUE(VisitRecords(env_, kDirectory, "telemetry", from, count).ok());
    return shown;
  }
  uint64_t End() { return *CommittedEnd(env_, kDirectory, "telemetry"); }
  std::string StatePath() const { return std::string(kDirectory) + "/streams/telemetry/state"; }
};

TEST_F(UncommittedTest, WhatIsWrittenButNotSyncedIsNotShown) {
  EXPECT_EQ(End(), 3u);
  EXPECT_EQ(Shown(), 3u);
  EXPECT_EQ(Shown(3), 0u);
  EXPECT_EQ(Shown(4), 0u);
  Run(2 * stream_.sync_interval);
  EXPECT_EQ(Shown(), 5u);
}

TEST_F(UncommittedTest, AfterAKillItIsNotShownUntilTheNextStart) {
  Kill();
  EXPECT_EQ(Shown(), 3u);
  Open();
  EXPECT_EQ(Shown(), 5u);
}

TEST_F(UncommittedTest, FloorThatCannotBeReadShowsWhatTheSegmentsProve) {
  env_.SetContent(StatePath(), "torn");
  EXPECT_EQ(FloorOf(env_, kDirectory, "telemetry"), 0u);
  EXPECT_EQ(End(), 3u);  // the second batch says that the first was synced
  EXPECT_EQ(Shown(), 3u);
}

TEST_F(UncommittedTest, FloorOfAnotherStreamProvesNothing) {
  const std::string foreign = env_.Content(StatePath());
  Crash();
  env_.Format();
  ++options_.seed;
  Open();
  Fill(1);
  env_.SetContent(StatePath(), foreign);
  EXPECT_EQ(FloorOf(env_, kDirectory, "telemetry"), 0u);
}

TEST_F(InspectTest, CursorProvesWhatItHasPassed) {
  const auto end = [this] { return *CommittedEnd(env_, kDirectory, "telemetry"); };
  EXPECT_EQ(end(), 40u);
  const std::string early = env_.Content(CursorPath());
  stream().cursor("cloud")->Advance({.acknowledged = 37});
  Run(std::chrono::seconds(1));
  env_.SetContent(std::string(kDirectory) + "/streams/telemetry/state", "torn");
  EXPECT_EQ(end(), 40u);
  env_.SetContent(CursorPath(), early);
  EXPECT_EQ(end(), 39u);  // nothing says that the last batch was synced
}

TEST_F(InspectTest, WholeStreamIsSound) {
  const VerifyReport report = Verify();
  EXPECT_TRUE(report.sound());
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.events, 40u);
  EXPECT_EQ(report.event_bytes, 160'000u);
}

TEST_F(InspectTest, DamageIsFoundWithItsPlaceAndOffsets) {
  std::string damaged = env_.Content(SegmentPath(0));
  damaged[5'000] ^= 1;
  env_.SetContent(SegmentPath(0), damaged);
  const VerifyReport report = Verify();
  EXPECT_FALSE(report.sound());
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].first_offset, 1u);
  EXPECT_EQ(report.findings[0].end_offset, 2u);
  EXPECT_EQ(report.gap_events, 1u);
}

TEST_F(InspectTest, TornTailIsFoundAndSound) {
  const auto streams = ListStreams(env_, kDirectory);
  const std::string last = SegmentPath(streams->front().segments.back().base_offset);
  env_.SetContent(last, env_.Content(last) + "torn");
  const VerifyReport report = Verify();
  EXPECT_TRUE(report.sound());
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_EQ(report.findings[0].kind, Finding::Kind::kTornTail);
  EXPECT_EQ(report.findings[0].bytes, 4u);
}

// A file system on which something happens before certain reads.
class MeddledEnv final : public Env {
 public:
  MeddledEnv(Env& env, int first, int last, std::function<void()> meddle)
      : env_(env), first_(first), last_(last), meddle_(std::move(meddle)) {}
  int reads() const { return reads_; }

  Result<std::unique_ptr<WritableFile>> OpenPrivate(const std::string& path) override {
    return env_.OpenPrivate(path);
  }
  Result<std::unique_ptr<ReadableFile>> OpenReadable(const std::string& path) const override {
    Meddle();
    return env_.OpenReadable(path);
  }
  Result<std::vector<std::string>> List(const std::string& directory) const override {
    Meddle();
    return env_.List(directory);
  }
  Result<uint64_t> FileSize(const std::string& p) const override { return env_.FileSize(p); }
  bool Exists(const std::string& path) const override { return env_.Exists(path); }
  Result<uint64_t> FreeBytes(const std::string& p) const override { return env_.FreeBytes(p); }
  Result<std::unique_ptr<WritableFile>> OpenWritable(const std::string&) override { return No(); }
  Result<std::unique_ptr<WritableFile>> Lock(const std::string&) override { return No(); }
  Status CreateDirectories(const std::string&) override { return No(); }
  Status Rename(const std::string&, const std::string&) override { return No(); }
  Status Link(const std::string&, const std::string&) override { return No(); }
  Status Remove(const std::string&) override { return No(); }
  Status SyncDirectory(const std::string&) override { return No(); }

 private:
  static Status No() { return {StatusCode::kPermissionDenied, "looking changes nothing"}; }
  void Meddle() const {
    const int read = reads_++;
    if (read >= first_ && read <= last_) meddle_();
  }

  Env& env_;
  const int first_, last_;
  const std::function<void()> meddle_;
  mutable int reads_ = 0;
};

// A gateway that works between any two reads of who looks.
class RacingInspectTest : public JournalFixture {
 protected:
  static constexpr size_t kEventBytes = 2000;

  void Begin() {
    Crash();
    env_.Format();
    stream_.max_bytes = 128 << 10;
    stream_.segment_bytes = 16 << 10;
    stream_.max_dirty_bytes = 8 << 10;
    Open();
    Fill(stream_.on_full == OnFull::kDropOldest ? 90 : 40, kEventBytes);
  }
  void Acknowledge() {
    stream().cursor("cloud")->Advance({.acknowledged = 10});
    Run(std::chrono::seconds(1));
  }
  // A sync that fails cuts what was written and writes it into a new segment.
  void FailOnce() {
    env_.FailAt(0, 1, test::MemoryEnv::kSync);
    Fill(1, kEventBytes);
    Run(std::chrono::seconds(6));
    env_.StopFailing();
  }
  // Looks while `meddle` happens before read number i, for every i, alone and several times.
  void MeddleEverywhere(const std::function<void()>& meddle) {
    for (int i = 0, reads = 1; i < reads; ++i) {
      for (const int times : {1, 3}) {
        SCOPED_TRACE(i);
        Begin();
        const MeddledEnv env(env_, i, i + times - 1, meddle);
        ExpectSound(env);
        reads = env.reads();
      }
    }
  }
  static void ExpectSound(const Env& env) {
    const auto report = VerifyStream(env, kDirectory, "telemetry");
    ASSERT_TRUE(report.ok()) << report.status().ToString();
    EXPECT_TRUE(report->sound()) << report->findings.front().file;
  }
  // `cat` shows every offset from the first on, as an event or as a gap.
  void CatEverywhere(const std::function<void()>& meddle) {
    for (int i = 0, reads = 1; i < reads; ++i) {
      SCOPED_TRACE(i);
      Begin();
      const MeddledEnv env(env_, i, i + 1, meddle);
      const uint64_t end = stream().next_offset();
      std::optional<uint64_t> next;
      const auto visit = [&](const Record& record) {
        EXPECT_EQ(record.offset, next.value_or(record.offset));
        next = record.end_offset;
        return true;
      };
      ASSERT_TRUE(VisitRecords(env, kDirectory, "telemetry", 0, visit).ok());
      EXPECT_GE(next, end);
      reads = env.reads();
    }
  }
};

TEST_F(RacingInspectTest, EvictionIsNoDamage) {
  stream_.on_full = OnFull::kDropOldest;
  MeddleEverywhere([this] { Fill(20, kEventBytes); });
  CatEverywhere([this] { Fill(20, kEventBytes); });
}

TEST_F(RacingInspectTest, DeletionBehindTheCursorIsNoDamage) {
  MeddleEverywhere([this] { Acknowledge(); });
  CatEverywhere([this] { Acknowledge(); });
}

TEST_F(RacingInspectTest, RollsAndFailedSyncsAreNoDamage) {
  stream_.on_full = OnFull::kDropOldest;
  MeddleEverywhere([this] { FailOnce(); });
  CatEverywhere([this] { FailOnce(); });
}

TEST_F(RacingInspectTest, RealDamageIsFoundAllTheSame) {
  stream_.on_full = OnFull::kDropOldest;
  Begin();
  const auto streams = ListStreams(env_, kDirectory);
  const uint64_t base = streams->front().segments[4].base_offset;
  std::string damaged = env_.Content(SegmentPath(base));
  damaged[5'000] ^= 1;
  env_.SetContent(SegmentPath(base), damaged);
  const MeddledEnv env(env_, 3, 3, [this] { Fill(3, kEventBytes); });
  EXPECT_FALSE(VerifyStream(env, kDirectory, "telemetry")->sound());
}

TEST_F(RacingInspectTest, CursorIsNeverAheadOfTheListedEnd) {
  for (int i = 0; i < 30; ++i) {
    Begin();
    Acknowledge();
    const MeddledEnv env(env_, i, i, [this] {
      Fill(5, kEventBytes);
      stream().cursor("cloud")->Advance(
          {.acknowledged = stream().next_offset() - stream().cursor("cloud")->offset()});
      Run(std::chrono::seconds(1));
    });
    const auto streams = ListStreams(env, kDirectory);
    ASSERT_TRUE(streams.ok());
    EXPECT_LE(streams->front().routes.front().books.Cursor(), streams->front().next_offset) << i;
  }
}

TEST_F(InspectTest, UnknownStreamIsNotFound) {
  EXPECT_EQ(VerifyStream(env_, kDirectory, "nothing").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(VerifyStream(env_, kDirectory, "../x").status().code(), StatusCode::kNotFound);
}

TEST_F(InspectTest, LookingChangesNothing) {
  env_.FailAt(UINT64_MAX);
  Verify();
  ASSERT_TRUE(ListStreams(env_, kDirectory).ok());
  EXPECT_EQ(env_.counted(), 0u);
}

}  // namespace
}  // namespace sluice::journal
