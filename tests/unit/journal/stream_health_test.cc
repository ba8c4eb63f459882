#include "unit/journal/journal_fixture.h"

namespace sluice::journal {
namespace {

class StreamHealthTest : public JournalFixture {
 protected:
  static constexpr size_t kEventBytes = 2000;

  StreamHealthTest() {
    stream_.max_bytes = 256 << 10;
    stream_.segment_bytes = 16 << 10;
    stream_.max_dirty_bytes = 8 << 10;
    options_.health = &health_;
  }
  void TearDown() override { Crash(); }

  AppendVerdict AppendOne() {
    const AppendResult result = Append(PayloadOf(stream().next_offset(), kEventBytes));
    Run(std::chrono::milliseconds(100));
    return result.verdict;
  }
  void FillUp() {
    for (int i = 0; i < 500 && AppendOne() == AppendVerdict::kStored; ++i) {
    }
    Run(std::chrono::seconds(1));
  }
  void Acknowledge(uint64_t up_to) {
    Cursor& cursor = *stream().cursor("cloud");
    cursor.Advance({.acknowledged = up_to - cursor.offset()});
    Run(std::chrono::seconds(1));
  }
  std::string State(std::string_view condition) {
    for (const Health::Problem& p : health_.problems()) {
      if (p.condition == condition) return std::string(HealthStateName(p.state));
    }
    return "ok";
  }
  std::string Why(std::string_view condition) {
    for (const Health::Problem& p : health_.problems()) {
      if (p.condition == condition) return p.why;
    }
    return {};
  }

  Health health_{clock_, &metrics_};
};

TEST_F(StreamHealthTest, RefusingIsFailingUntilNobodyWasRefusedForAWhile) {
  Open();
  FillUp();
  EXPECT_EQ(State("full"), "failing");
  EXPECT_NE(Why("full").find("publishers are refused"), std::string::npos);
  Run(std::chrono::seconds(60));
  EXPECT_EQ(State("full"), "failing") << "they still wait";
  Acknowledge(stream().next_offset() - 1);
  EXPECT_EQ(State("full"), "failing");
  Run(std::chrono::seconds(11));
  EXPECT_EQ(health_.state(), HealthState::kOk) << health_.Text();
}

TEST_F(StreamHealthTest, NearlyFullIsDegradedFromNinetyPercentUntilBelowEighty) {
  Open();
  while (State("nearly_full") == "ok" && AppendOne() == AppendVerdict::kStored) {
  }
  EXPECT_EQ(State("nearly_full"), "degraded");
  EXPECT_EQ(State("full"), "ok");
  const uint64_t end = stream().next_offset();
  Acknowledge(end / 12);
  EXPECT_EQ(State("nearly_full"), "degraded") << "85 %";
  Acknowledge(end / 3);
  Run(std::chrono::seconds(1));
  EXPECT_EQ(health_.state(), HealthState::kOk) << health_.Text();
}

TEST_F(StreamHealthTest, DroppingIsDegradedWhileItHappens) {
  stream_.on_full = OnFull::kDropNewest;
  Open();
  FillUp();
  EXPECT_EQ(State("dropping"), "degraded");
  EXPECT_NE(Why("dropping").find("1 since the start"), std::string::npos);
  Run(std::chrono::seconds(11));
  EXPECT_EQ(State("dropping"), "ok");
}

TEST_F(StreamHealthTest, EvictingWhatARouteWaitsForIsDegradedUntilThereIsRoom) {
  stream_.on_full = OnFull::kDropOldest;
  Open();
  for (int i = 0; i < 300; ++i) AppendOne();
  Run(std::chrono::seconds(60));
  EXPECT_EQ(State("evicting"), "degraded") << "the next event may evict again";
  Acknowledge(stream().next_offset() - 1);
  Run(std::chrono::seconds(11));
  EXPECT_EQ(health_.state(), HealthState::kOk) << health_.Text();
}

TEST_F(StreamHealthTest, RingWithoutRoutesIsHealthy) {
  stream_.on_full = OnFull::kDropOldest;
  stream_.routes.clear();
  Open();
  for (int i = 0; i < 300; ++i) AppendOne();
  EXPECT_EQ(health_.state(), HealthState::kOk) << health_.Text();
}

TEST_F(StreamHealthTest, DamageIsDegradedUntilSomebodyHasMovedItAway) {
  Open();
  Fill(40, kEventBytes);
  std::string damaged = env_.Content(SegmentPath(0));
  damaged[5000] ^= 1;
  env_.SetContent(SegmentPath(0), damaged);
  ReadAll(0);
  Run(std::chrono::seconds(5));
  EXPECT_EQ(State("damaged"), "degraded");
  CloseAndOpen();
  Run(std::chrono::seconds(5));
  EXPECT_EQ(State("damaged"), "degraded") << "a restart is no repair";
  const std::string quarantine = std::string(kDirectory) + "/streams/telemetry/quarantine";
  const auto files = env_.List(quarantine);
  ASSERT_TRUE(files.ok());
  for (const std::string& file : *files) EXPECT_TRUE(env_.Remove(quarantine + "/" + file).ok());
  Run(std::chrono::seconds(5));
  EXPECT_EQ(health_.state(), HealthState::kOk) << health_.Text();
}

TEST_F(StreamHealthTest, DiskBelowItsFloorIsDegraded) {
  options_.min_free_bytes = 1 << 20;
  env_.SetCapacity(8 << 20);
  Open();
  Run(std::chrono::seconds(5));
  EXPECT_EQ(health_.state(), HealthState::kOk) << health_.Text();
  env_.SetCapacity(1 << 20);
  Run(std::chrono::seconds(5));
  EXPECT_EQ(State("disk_full"), "degraded");
  env_.SetCapacity(8 << 20);
  Run(std::chrono::seconds(5));
  EXPECT_EQ(State("disk_full"), "ok");
}

TEST_F(StreamHealthTest, SpentWriteBudgetIsDegradedUntilAQuietTimeGaveItBack) {
  options_.daily_write_budget = 24 * (64 << 10);  // 64 KiB an hour: no more than 16 pages
  Open();
  for (int i = 0; i < 20; ++i) {
    Append("x");
    Run(std::chrono::seconds(2));
  }
  EXPECT_EQ(State("write_budget"), "degraded");
  EXPECT_NE(Why("write_budget").find("daily_write_budget"), std::string::npos);
  EXPECT_EQ(acknowledgeable_, 20u);  // a second late at most
  Run(std::chrono::hours(1));        // and nothing is committed
  EXPECT_EQ(State("write_budget"), "ok");
}

}  // namespace
}  // namespace sluice::journal
