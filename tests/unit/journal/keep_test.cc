// Events that every route has passed are kept for replays, as long as nobody needs their room.

#include "unit/journal/journal_fixture.h"

namespace sluice::journal {
namespace {

using namespace std::chrono_literals;

class KeepTest : public JournalFixture {
 protected:
  KeepTest() {
    stream_.keep = 1h;
    stream_.segment_bytes = 16 << 10;
    stream_.max_dirty_bytes = 8 << 10;
  }
  Cursor& cursor() { return *stream().cursor("cloud"); }
  void Acknowledge() {
    cursor().Advance({.acknowledged = stream().committed_offset() - cursor().offset()});
    Run(1s);
  }
  StreamStatus Status() { return stream().status(); }
};

TEST_F(KeepTest, WhatIsAcknowledgedStaysForItsTimeAndThenGoes) {
  Open();
  Fill(60, 1000);
  Acknowledge();
  EXPECT_EQ(Status().first_offset, 0u);
  EXPECT_EQ(Status().kept_events, 60u);
  EXPECT_EQ(ExpectWhole(0, 60, 1000), 0u);
  Run(59min);
  EXPECT_EQ(Status().first_offset, 0u);
  Run(10min);
  EXPECT_GT(Status().first_offset, 0u);
  EXPECT_LT(Status().kept_events, 20u);  // those of the segment that is written
  EXPECT_EQ(Status().evicted_events, 0u);
}

TEST_F(KeepTest, WithoutItNothingStays) {
  stream_.keep = {};
  Open();
  Fill(60, 1000);
  Acknowledge();
  EXPECT_GT(Status().first_offset, 0u);
}

TEST_F(KeepTest, WhatWaitsIsNoneOfIt) {
  Open();
  Fill(60, 1000);
  Run(24h);
  EXPECT_EQ(Status().first_offset, 0u);
  EXPECT_EQ(Status().kept_events, 0u);
}

// A stream takes as many events as if nothing were kept, and nobody is told of a gap.
TEST_F(KeepTest, LiveEventsTakeTheirRoomFirst) {
  for (const OnFull on_full : {OnFull::kReject, OnFull::kDropOldest, OnFull::kDropNewest}) {
    SCOPED_TRACE(static_cast<int>(on_full));
    stream_.on_full = on_full;
    stream_.max_bytes = 256 << 10;
    Open();
    for (int i = 0; i < 20; ++i) {
      Fill(50, 1000);
      Acknowledge();
    }
    EXPECT_EQ(stream().next_offset(), 1000u);
    EXPECT_LE(Status().stored_bytes, stream_.max_bytes);
    EXPECT_GT(Status().kept_events, 100u);
    const uint64_t first = Status().first_offset;
    EXPECT_GT(first, 0u);
    EXPECT_EQ(ExpectWhole(first, 1000, 1000), 0u);
    EXPECT_EQ(Status().evicted_events, 0u);
    Fill(180, 1000);  // wait now, and need nearly all room
    EXPECT_EQ(Status().evicted_events, 0u);
    EXPECT_EQ(ExpectWhole(1000, 1180, 1000), 0u);
    Crash();
    env_.Format();
  }
}

// The journal thread does not know yet that the route has gone back.
TEST_F(KeepTest, WhatIsToBeReplayedStaysThoughThatIsNotSaved) {
  stream_.max_bytes = 128 << 10;
  options_.cursor_interval = 1h;
  Open();
  Fill(60, 1000);
  Acknowledge();
  cursor().SetBack(0);
  int more = 0;
  while (Append(PayloadOf(stream().next_offset(), 1000)).verdict == AppendVerdict::kStored) {
    Run();
    ASSERT_LT(++more, 100);
  }
  EXPECT_EQ(Status().first_offset, 0u);
  EXPECT_EQ(ExpectWhole(0, 60 + more, 1000), 0u);
}

// Its route waits for an answer before it goes back.
TEST_F(KeepTest, WhatIsHeldForAReplayStaysUntilTheRouteIsBackThere) {
  Open();
  Fill(60, 1000);
  cursor().Advance({.acknowledged = 50});
  cursor().Hold(5);
  cursor().Advance({.acknowledged = 10});
  Run(24h);
  EXPECT_EQ(Status().first_offset, 0u);
  cursor().SetBack(5);
  Run(24h);
  EXPECT_EQ(ExpectWhole(5, 60, 1000), 0u);
  cursor().Advance({.acknowledged = 55});
  Run(24h);
  EXPECT_GT(Status().first_offset, 0u);
}

TEST_F(KeepTest, SurvivesARestartAndAPowerCut) {
  Open();
  Fill(60, 1000);
  Acknowledge();
  CloseAndOpen();
  EXPECT_EQ(Status().first_offset, 0u);
  Crash();
  Open();
  EXPECT_EQ(ExpectWhole(0, 60, 1000), 0u);
}

class KeepOfManyTest : public KeepTest {
 protected:
  void OpenBoth() {
    StreamOptions other = stream_;
    other.name = "other";
    other.keep = {};
    auto opened = Journal::Open(env_, kDirectory, options_, {stream_, other});
    ASSERT_TRUE(opened.ok()) << opened.status().ToString();
    journal_ = std::move(*opened);
  }
  Stream& other() { return *journal_->stream("other"); }
  int FillOther() {
    int stored = 0;
    for (; stored < 2000; ++stored) {
      if (other().Append(AsBytes(PayloadOf(0, 1000))).verdict != AppendVerdict::kStored) break;
      Run();
    }
    return stored;
  }
};

TEST_F(KeepOfManyTest, AnotherStreamTakesWhatIsKeptOfTheTotal) {
  options_.max_total_bytes = 1 << 20;
  OpenBoth();
  Fill(700, 1000);
  Acknowledge();
  ASSERT_GT(Status().kept_events, 600u);
  EXPECT_GT(FillOther(), 700);
  EXPECT_LT(Status().kept_events, 100u);
  EXPECT_EQ(Status().evicted_events, 0u);
}

TEST_F(KeepOfManyTest, AnotherStreamTakesWhatIsKeptOfAFullDisk) {
  options_.min_free_bytes = 64 << 10;
  env_.SetCapacity(1 << 20);
  OpenBoth();
  for (int i = 0;
       i < 700 && Append(PayloadOf(stream().next_offset(), 1000)).verdict == AppendVerdict::kStored;
       ++i) {
    Run();
  }
  Acknowledge();
  EXPECT_GT(FillOther(), 500);
  EXPECT_EQ(Status().evicted_events, 0u);
}

}  // namespace
}  // namespace sluice::journal
