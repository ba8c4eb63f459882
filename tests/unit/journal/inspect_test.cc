#include "journal/inspect.h"

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
