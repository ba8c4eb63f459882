#include "journal/inspect.h"
#include "journal/record_format.h"
#include "unit/journal/journal_fixture.h"

// Damage to blocks: it takes what it hit and what needs that, within a page and a block, and is
// told.
namespace sluice::journal {
namespace {

using Env = test::MemoryEnv;
constexpr size_t kEvent = 400;

class PackedDamageTest : public JournalFixture {
 protected:
  PackedDamageTest() {
    stream_.compress = true;
    stream_.segment_bytes = 16 << 10;
  }

  // Segments of some hundred events, one a block.
  void FillSegments() {
    Open();
    Fill(500, kEvent);
    ASSERT_GT(stream().status().segments, 2u);
    Run(std::chrono::seconds(2));
    first_segment_ = env_.Content(SegmentPath(0));
  }
  struct Gap {
    uint64_t begin, end;
    bool operator==(const Gap&) const = default;
  };
  std::vector<Gap> Gaps() {
    std::vector<Gap> gaps;
    for (const Seen& seen : ReadAll(0)) {
      if (seen.kind == Record::Kind::kGap) gaps.push_back({seen.offset, seen.end_offset});
    }
    EXPECT_EQ(gaps.size(), 1u);
    if (gaps.empty()) gaps.push_back({0, 0});
    ExpectWhole(0, stream().next_offset(), kEvent);
    return gaps;
  }
  // Where the event's block lies in the first segment before that is damaged.
  struct Place {
    uint64_t begin, end, before;
  };
  Place PlaceOf(uint64_t offset) {
    for (size_t at = 64;;) {
      const auto* record = reinterpret_cast<const uint8_t*>(&first_segment_[at]);
      const size_t bytes = RecordBytes(LoadLe32(record + 8));
      if (record[12] == 4 && LoadLe64(record + 16) == offset) {
        return {at, at + bytes, LoadLe64(record + kRecordHeaderBytes + 8)};
      }
      at += bytes;
    }
  }
  // The first event behind `offset` that needs no other.
  uint64_t NextAlone(uint64_t offset) {
    do {
      ++offset;
    } while (PlaceOf(offset).before != 0);
    return offset;
  }

  std::string first_segment_;
};

TEST_F(PackedDamageTest, AFlippedBitTakesTheRestOfItsChain) {
  FillSegments();
  Kill();
  const uint64_t alone = NextAlone(60);
  EXPECT_LE(alone, 60u + 45) << "a page of them";
  env_.Rot(SegmentPath(0), PlaceOf(60).begin + 50, 4);
  Open();
  EXPECT_EQ(Gaps(), (std::vector<Gap>{{60, alone}}));
  EXPECT_EQ(stream().status().quarantined, 1u);
  // What replaced it is packed, too.
  EXPECT_LT(env_.Content(SegmentPath(0)).size(), 24u << 10);
  CloseAndOpen();
  EXPECT_EQ(Gaps(), (std::vector<Gap>{{60, alone}}));
  EXPECT_EQ(stream().status().quarantined, 0u);
}

TEST_F(PackedDamageTest, AFlippedBitInABatchRecordTakesNothing) {
  FillSegments();
  Kill();
  env_.Rot(SegmentPath(0), PlaceOf(60).begin - 20, 4);
  Open();
  EXPECT_EQ(ExpectWhole(0, 500, kEvent), 0u);
}

TEST_F(PackedDamageTest, WhereNothingCanBeReplacedItIsSteppedOver) {
  for (const unsigned mask : {Env::kLink | Env::kRename, Env::kCreate + 0u, Env::kChanges + 0u}) {
    SCOPED_TRACE(mask);
    Crash();
    env_.Format();
    FillSegments();
    const uint64_t alone = NextAlone(60);
    env_.Rot(SegmentPath(0), PlaceOf(60).begin + 50, 4);
    env_.FailFromNowOn(mask);
    EXPECT_EQ(Gaps(), (std::vector<Gap>{{60, alone}}));
    for (const size_t max_bytes : {1u, 1000u, 65536u}) {
      EXPECT_EQ(ReadAll(3, max_bytes).size(), 500 - 3 - (alone - 60) + 1);
    }
    env_.StopFailing();
    Kill();
    Open();
    EXPECT_EQ(Gaps(), (std::vector<Gap>{{60, alone}}));
  }
}

TEST_F(PackedDamageTest, APageThatCanNotBeReadTakesAPage) {
  FillSegments();
  env_.FailReads(SegmentPath(0), 8192, 12288);
  const auto gaps = Gaps();
  EXPECT_GT(PlaceOf(gaps[0].begin).end, 8192u);
  EXPECT_LE(PlaceOf(gaps[0].begin).begin, 8192u);
  EXPECT_GE(PlaceOf(gaps[0].end).begin, 12288u);
  EXPECT_LT(PlaceOf(gaps[0].end).begin, 16384u);
}

TEST_F(PackedDamageTest, EveryByteOfTheLastSegment) {
  Open();
  for (int i = 0; i < 12; ++i) {
    for (int j = 0; j <= i % 3; ++j) Append(PayloadOf(stream().next_offset(), kEvent));
    Run();
  }
  const uint64_t end = stream().next_offset();
  Kill();
  const std::string content = env_.Content(SegmentPath(0));
  for (size_t at = 0; at < content.size(); at += 5) {
    SCOPED_TRACE(at);
    env_.RemoveTree(std::string(kDirectory) + "/streams/telemetry/quarantine");
    for (uint64_t base = 0; base <= end; ++base) env_.RemoveTree(SegmentPath(base));
    std::string damaged = content;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    env_.SetContent(SegmentPath(0), damaged);
    Open();
    ASSERT_EQ(stream().next_offset(), end);
    ASSERT_EQ(stream().committed_offset(), end);
    ExpectWhole(0, end, kEvent);
    Kill();
    // The same without its end.
    for (uint64_t base = 0; base <= end; ++base) env_.RemoveTree(SegmentPath(base));
    env_.SetContent(SegmentPath(0), content.substr(0, at));
    Open();
    ASSERT_EQ(stream().committed_offset(), end);
    ExpectWhole(0, end, kEvent);
    Kill();
  }
}

TEST_F(PackedDamageTest, ATornTailIsCutAndNothingElse) {
  for (uint64_t seed = 1; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    Crash();
    env_.Format();
    Open();
    Fill(30, kEvent);
    env_.FailFromNowOn(Env::kSync);
    for (int i = 0; i < 40; ++i) Append(PayloadOf(stream().next_offset(), kEvent));
    Run();
    journal_.reset();
    env_.StopFailing();
    Random random(seed);
    env_.TearUnsynced(random);
    Open();
    EXPECT_GE(stream().next_offset(), 30u);
    EXPECT_LE(stream().next_offset(), 70u);
    EXPECT_EQ(ExpectWhole(0, stream().next_offset(), kEvent), 0u);
  }
}

TEST_F(PackedDamageTest, ToolsNameTheEventsThatAreLost) {
  FillSegments();
  const uint64_t alone = NextAlone(60);
  env_.Rot(SegmentPath(0), PlaceOf(60).begin + 50, 4);
  const auto report = VerifyStream(env_, kDirectory, "telemetry");
  ASSERT_TRUE(report.ok());
  ASSERT_EQ(report->findings.size(), 1u);
  EXPECT_EQ(report->findings[0].first_offset, 60u);
  EXPECT_EQ(report->findings[0].end_offset, alone);
  EXPECT_EQ(report->findings[0].byte, PlaceOf(60).begin);
  EXPECT_EQ(report->events, 500 - (alone - 60));
}

}  // namespace
}  // namespace sluice::journal
