#include "sim/journal_account.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "sim/witness.h"
#include "support/manual_journal.h"
#include "support/memory_env.h"
#include "support/simulated_clock.h"

namespace sluice::sim {
namespace {

// What the real journal writes, read by the format alone.
class JournalAccountTest : public testing::Test {
 protected:
  void Open(journal::OnFull on_full, bool compress = false) {
    journal::StreamOptions stream;
    stream.name = "telemetry";
    stream.routes = {"cloud"};
    stream.on_full = on_full;
    stream.compress = compress;
    stream.max_bytes = 64 << 10;
    stream.segment_bytes = 16 << 10;
    stream.max_dirty_bytes = 16 << 10;
    stream.max_event_bytes = 4 << 10;
    auto journal =
        journal::Journal::Open(env_, "/data", test::ManualJournalOptions(clock_), {stream});
    ASSERT_TRUE(journal.ok()) << journal.status().ToString();
    journal_ = std::move(*journal);
  }
  void Append(Token first, Token end) {
    for (Token token = first; token < end; ++token) {
      const std::string payload = std::string(200, '.') + TokenText(token);
      journal_->stream("telemetry")->Append(AsBytes(payload));
      clock_.Advance(std::chrono::seconds(1));
      test::RunUntilIdle(*journal_, clock_);
    }
  }
  StoredStream Stored() { return ReadJournal(env_, "/data", {"telemetry"}).front(); }

  test::MemoryEnv env_;
  test::SimulatedClock clock_;
  std::unique_ptr<journal::Journal> journal_;
};

TEST_F(JournalAccountTest, ReadsEventsAcrossSegments) {
  Open(journal::OnFull::kReject);
  Append(0, 150);
  const StoredStream stored = Stored();
  EXPECT_EQ(stored.first, 0U);
  EXPECT_EQ(stored.end, 150U);
  ASSERT_EQ(stored.runs.size(), 150U);
  EXPECT_EQ(stored.runs[149].token, 149U);
}

TEST_F(JournalAccountTest, ReadsPackedEventsAcrossSegments) {
  Open(journal::OnFull::kReject, true);
  Append(0, 300);
  const StoredStream stored = Stored();
  EXPECT_EQ(stored.end, 300U);
  ASSERT_EQ(stored.runs.size(), 300U);
  EXPECT_EQ(stored.runs[299].token, 299U);
}

TEST_F(JournalAccountTest, DamageTakesThePackedEventsThatNeedWhatItHit) {
  Open(journal::OnFull::kReject, true);
  Append(0, 300);
  env_.Rot("/data/streams/telemetry/00000000000000000000.seg", 4096 + 2048, 1);
  const StoredStream stored = Stored();
  EXPECT_EQ(stored.end, 300U);
  std::vector<StoredRun> gaps;
  for (const StoredRun& run : stored.runs) {
    if (!run.gap_reason.empty()) gaps.push_back(run);
  }
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_GT(gaps[0].first, 20U);
  EXPECT_LT(gaps[0].last, 80U);
}

TEST_F(JournalAccountTest, ReadsWhatWasEvicted) {
  Open(journal::OnFull::kDropOldest);
  Append(0, 400);
  const StoredStream stored = Stored();
  ASSERT_FALSE(stored.runs.empty());
  EXPECT_EQ(stored.runs.front().gap_reason, "evicted");
  EXPECT_EQ(stored.runs.front().first, 0U);
  EXPECT_EQ(stored.runs.back().token, 399U);
}

TEST_F(JournalAccountTest, ReadsWhatWasDropped) {
  Open(journal::OnFull::kDropNewest);
  Append(0, 400);
  const StoredStream stored = Stored();
  EXPECT_EQ(stored.end, 400U);
  EXPECT_EQ(stored.runs.back().gap_reason, "dropped");
  EXPECT_EQ(stored.runs.back().last, 399U);
}

TEST_F(JournalAccountTest, StepsOverDamage) {
  Open(journal::OnFull::kReject);
  Append(0, 150);
  env_.Rot("/data/streams/telemetry/00000000000000000000.seg", 300, 1);
  const StoredStream stored = Stored();
  EXPECT_EQ(stored.end, 150U);
  size_t corrupt = 0;
  for (const StoredRun& run : stored.runs) {
    if (run.gap_reason == "corrupt") corrupt += run.last - run.first + 1;
  }
  EXPECT_EQ(corrupt, 1U);
}

TEST_F(JournalAccountTest, WhatIsSoundOutlivesTheDamageBesideIt) {
  Open(journal::OnFull::kReject);
  Append(0, 50);
  const std::string segment = "/data/streams/telemetry/00000000000000000000.seg";
  const std::string damaged = "/data/damaged.seg";
  const auto bytes = ReadFileToString(env_, segment, 64 << 10);
  ASSERT_TRUE(bytes.ok());
  ASSERT_TRUE(WriteFileAtomically(env_, damaged, AsBytes(*bytes)).ok());
  env_.Rot(damaged, 300, 1);
  EXPECT_EQ(LookAtReplacement(env_, damaged, damaged), "");
  EXPECT_EQ(LookAtReplacement(env_, damaged, segment), "");
  EXPECT_THAT(LookAtReplacement(env_, segment, damaged), testing::HasSubstr("0 to 0 are corrupt"));
}

}  // namespace
}  // namespace sluice::sim
