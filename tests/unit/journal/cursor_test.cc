#include "journal/cursor.h"

#include "journal/cursor_store.h"
#include "journal/slot_file.h"

#include "unit/journal/journal_fixture.h"

namespace sluice::journal {
namespace {

class CursorTest : public JournalFixture {
 protected:
  Cursor& cursor() { return *stream().cursor("cloud"); }
  void Acknowledge(uint64_t events) {
    cursor().Advance({.acknowledged = events});
    Run(std::chrono::seconds(1));
  }
};

TEST_F(CursorTest, BeginsAtZero) {
  Open();
  EXPECT_EQ(cursor().offset(), 0u);
  EXPECT_EQ(stream().cursor("other"), nullptr);
}

TEST_F(CursorTest, IsTheSumOfItsBooks) {
  Open();
  Fill(10);
  cursor().Advance({.acknowledged = 4, .dead_lettered = 3, .expired = 2, .evicted = 1});
  CloseAndOpen();
  EXPECT_EQ(cursor().offset(), 10u);
  EXPECT_EQ(cursor().books(),
            (Books{.acknowledged = 4, .dead_lettered = 3, .expired = 2, .evicted = 1}));
}

TEST_F(CursorTest, IsSavedAtMostEveryInterval) {
  Open();
  Fill(10);
  Acknowledge(1);
  const uint64_t before = env_.syncs();
  cursor().Advance({.acknowledged = 1});
  Run(std::chrono::milliseconds(100));
  EXPECT_EQ(env_.syncs(), before);
  Run(std::chrono::milliseconds(101));
  EXPECT_EQ(env_.syncs(), before + 1);
}

// A cursor that is never saved would hold back retention until the stream is full.
TEST_F(CursorTest, IsSavedWhenItsDirectoryCanBeMadeAtLast) {
  const std::string directory = std::string(kDirectory) + "/streams/telemetry/cursors";
  Open();
  Fill(3);
  EXPECT_TRUE(journal_->Close().ok());
  journal_.reset();
  env_.RemoveTree(directory);
  env_.PutSpecial(directory);
  env_.FailFromNowOn(test::MemoryEnv::kRename);
  Open();
  env_.StopFailing();
  env_.RemoveTree(directory);
  Acknowledge(3);
  Crash();
  Open();
  EXPECT_EQ(cursor().offset(), 3u);
}

TEST_F(CursorTest, SavedCursorSurvivesAPowerCut) {
  Open();
  Fill(10);
  Acknowledge(4);
  cursor().Advance({.acknowledged = 1});
  Crash();
  Open();
  EXPECT_EQ(cursor().offset(), 4u);
}

TEST_F(CursorTest, TornSlotLeavesTheOtherCutAnywhere) {
  Open();
  Fill(10);
  Acknowledge(4);
  Acknowledge(3);
  Kill();
  const std::string whole = env_.Content(CursorPath());
  // The third save, after that of the start, went into the second slot.
  constexpr size_t kSecondSlot = 4096;
  for (size_t at = 0; at < 72; ++at) {
    SCOPED_TRACE(at);
    std::string torn = whole;
    for (size_t i = at; i < 72; ++i) torn[kSecondSlot + i] ^= '\xFF';
    env_.SetContent(CursorPath(), torn);
    Open();
    EXPECT_EQ(cursor().offset(), 4u);
    Kill();
    if (HasFailure()) return;
  }
}

TEST_F(CursorTest, LostCursorBeginsAgainRatherThanLoseEvents) {
  Open();
  Fill(10);
  Acknowledge(4);
  Kill();
  env_.SetContent(CursorPath(), "rubbish");
  Open();
  EXPECT_EQ(cursor().offset(), stream().status().first_offset);
}

TEST_F(CursorTest, CursorOfAnotherStreamIsNotBelieved) {
  Open();
  Fill(10);
  Acknowledge(4);
  Kill();
  const std::string foreign = env_.Content(CursorPath());
  env_.Format();
  options_.seed = 8;
  Open();
  Kill();
  env_.SetContent(CursorPath(), foreign);
  Open();
  EXPECT_EQ(cursor().offset(), 0u);
}

TEST_F(CursorTest, WhatIsPassedTwiceIsInTheBooks) {
  Open();
  Fill(10);
  Acknowledge(8);
  cursor().SetBack(3);
  EXPECT_TRUE(cursor().books().IsReplaying());
  CloseAndOpen();
  EXPECT_EQ(cursor().offset(), 3u);
  EXPECT_EQ(cursor().books(), (Books{.acknowledged = 8, .replayed = 5, .replay_end = 8}));
  EXPECT_TRUE(cursor().books().IsReplaying());
  Acknowledge(1);
  cursor().SetBack(2);
  EXPECT_EQ(cursor().books(), (Books{.acknowledged = 9, .replayed = 7, .replay_end = 8}));
  Acknowledge(7);
  EXPECT_FALSE(cursor().books().IsReplaying());
  EXPECT_EQ(cursor().offset(), 9u);
}

TEST_F(CursorTest, ReplayIsSavedWhenItSaysSo) {
  Open();
  Fill(10);
  Acknowledge(8);
  cursor().SetBack(3);
  EXPECT_EQ(cursor().saved().replayed, 0u);
  Run(std::chrono::seconds(1));
  EXPECT_EQ(cursor().saved(), cursor().books());
  Crash();
  Open();
  EXPECT_EQ(cursor().offset(), 3u);
}

// What the route has reached was committed, whatever became of the segments.
TEST_F(CursorTest, OffsetsAreNotUsedAgainDuringAReplay) {
  Open();
  Fill(10);
  Acknowledge(10);
  cursor().SetBack(3);
  Run(std::chrono::seconds(1));
  Kill();
  env_.SetContent(SegmentPath(0), "");
  ASSERT_TRUE(env_.Remove(std::string(kDirectory) + "/streams/telemetry/state").ok());
  Open();
  EXPECT_EQ(stream().next_offset(), 10u);
}

TEST_F(CursorTest, BooksOfTheFirstVersionAreRead) {
  std::vector<uint8_t> first(64);
  EncodeBooks({.origin = 1, .acknowledged = 2, .dead_lettered = 3, .expired = 4, .evicted = 5},
              first.data());
  first.resize(40);
  const auto books = DecodeBooks(first);
  ASSERT_TRUE(books);
  EXPECT_EQ(books->Cursor(), 15u);
  EXPECT_EQ(books->replayed, 0u);
}

class BooksTest : public CursorTest {
 protected:
  // As if somebody, or a defect, had written these numbers: the slot itself is sound.
  void Write(const Books& books, uint64_t cursor_says) {
    Open();
    Fill(10);
    Acknowledge(6);
    const uint64_t id = stream().id();
    Kill();
    std::vector<uint8_t> payload(kBooksBytes);
    EncodeBooks(books, payload.data());
    StoreLe64(&payload[56], cursor_says);
    SlotFile file(env_, std::string(kDirectory) + "/streams/telemetry/cursors", CursorPath(), 100);
    ASSERT_TRUE(file.Save(id, payload).ok());
    Open();
  }
};

TEST_F(BooksTest, ThatAddUpHaveNoDifference) {
  Write({.acknowledged = 5, .expired = 1}, 6);
  EXPECT_EQ(cursor().books_difference(), 0u);
  EXPECT_EQ(cursor().offset(), 6u);
}

TEST_F(BooksTest, ThatSayMoreThanTheCursorLeaveNothingOut) {
  Write({.acknowledged = 8}, 6);
  EXPECT_EQ(cursor().books_difference(), 2u);
  EXPECT_EQ(cursor().offset(), 6u);
  EXPECT_EQ(cursor().books().replayed, 2u);
  CloseAndOpen();
  EXPECT_EQ(cursor().books_difference(), 0u);  // they do since
}

TEST_F(BooksTest, ThatSayLessThanTheCursorLeaveNothingOut) {
  Write({.acknowledged = 4}, 6);
  EXPECT_EQ(cursor().books_difference(), 2u);
  EXPECT_EQ(cursor().offset(), 4u);
}

TEST_F(CursorTest, LateRouteBeginsAtTheFirstStoredEvent) {
  stream_.segment_bytes = 16 << 10;
  Open();
  Fill(40, 1000);
  Acknowledge(40);
  const uint64_t first = stream().status().first_offset;
  ASSERT_GT(first, 0u);
  stream_.routes.push_back("late");
  CloseAndOpen();
  EXPECT_EQ(stream().cursor("late")->books(), Books{.origin = first});
}

TEST_F(CursorTest, OffsetsGoOnAfterEverythingWasAcknowledged) {
  stream_.segment_bytes = 16 << 10;
  Open();
  Fill(40, 1000);
  Acknowledge(40);
  Crash();
  Open();
  EXPECT_EQ(stream().next_offset(), 40u);
}

TEST_F(CursorTest, OffsetsGoOnEvenWhenTheSegmentsAreGone) {
  Open();
  Fill(10);
  Acknowledge(10);
  ASSERT_TRUE(journal_->Close().ok());
  journal_.reset();
  const auto names = env_.List("/data/streams/telemetry");
  for (const std::string& name : *names) {
    if (name.ends_with(".seg")) {
      ASSERT_TRUE(env_.Remove("/data/streams/telemetry/" + name).ok());
    }
  }
  Open();
  EXPECT_EQ(stream().next_offset(), 10u);
  Fill(1);
  CloseAndOpen();
  EXPECT_EQ(stream().next_offset(), 11u);
}

}  // namespace
}  // namespace sluice::journal
