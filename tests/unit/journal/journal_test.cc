#include "journal/journal.h"

#include "unit/journal/journal_fixture.h"

namespace sluice::journal {
namespace {

using JournalTest = JournalFixture;

TEST_F(JournalTest, EventsComeBackInOrder) {
  Open();
  Fill(5);
  EXPECT_EQ(ExpectWhole(0, 5), 0u);
}

TEST_F(JournalTest, IdleJournalCommitsAtOnce) {
  Open();
  Append("x");
  Run(Duration(0));
  EXPECT_EQ(acknowledgeable_, 1u);
}

TEST_F(JournalTest, UnderLoadCommitsKeepTheLinger) {
  Open();
  Append("a");
  Run(Duration(0));
  Append("b");
  Run(std::chrono::milliseconds(1));
  EXPECT_EQ(acknowledgeable_, 1u);
  Append("c");
  Run(std::chrono::milliseconds(3));
  EXPECT_EQ(acknowledgeable_, 3u);
}

TEST_F(JournalTest, LargeBatchDoesNotWaitForTheLinger) {
  options_.commit_bytes = 1000;
  Open();
  Append("a");
  Run(Duration(0));
  Append(std::string(1000, 'b'));
  Run(Duration(0));
  EXPECT_EQ(acknowledgeable_, 2u);
}

TEST_F(JournalTest, OneSyncCommitsAllThatGathered) {
  Open();
  Fill(1);
  const uint64_t before = env_.syncs();
  for (int i = 0; i < 50; ++i) Append("x");
  Run();
  EXPECT_EQ(acknowledgeable_, 51u);
  EXPECT_EQ(env_.syncs(), before + 1);
}

TEST_F(JournalTest, NothingIsReadableBeforeItIsSynced) {
  Open();
  Fill(1);
  Append("x");
  EXPECT_EQ(ReadAll(1, 100).size(), 0u);
}

TEST_F(JournalTest, OrderlyCloseCommitsWhatIsDirty) {
  Open();
  Append(PayloadOf(0));
  Append(PayloadOf(1));
  CloseAndOpen();
  EXPECT_EQ(ExpectWhole(0, 2), 0u);
}

TEST_F(JournalTest, CommittedEventsSurviveAPowerCut) {
  Open();
  Fill(3);
  Append("dirty");
  Crash();
  Open();
  EXPECT_EQ(stream().next_offset(), 3u);
  EXPECT_EQ(ExpectWhole(0, 3), 0u);
}

TEST_F(JournalTest, StreamsRollThroughSegmentsOfTheConfiguredSize) {
  Open();
  Fill(100, 4000);
  EXPECT_GE(stream().status().segments, 6u);
  EXPECT_EQ(ExpectWhole(0, 100, 4000), 0u);
  CloseAndOpen();
  EXPECT_EQ(ExpectWhole(0, 100, 4000), 0u);
}

TEST_F(JournalTest, LargeEventIsReadThroughASmallBuffer) {
  Open();
  Fill(3, 7000);
  EXPECT_EQ(ReadAll(0, 100).size(), 3u);
}

TEST_F(JournalTest, TooLargeEventIsRefusedForGood) {
  stream_.max_event_bytes = 100;
  Open();
  EXPECT_EQ(Append(std::string(101, 'x')).verdict, AppendVerdict::kTooLarge);
  EXPECT_EQ(Append(std::string(100, 'x')).verdict, AppendVerdict::kStored);
}

TEST_F(JournalTest, FullMemoryIsBusyUntilItIsWritten) {
  Open();
  while (Append(std::string(1000, 'x')).verdict == AppendVerdict::kStored) {
  }
  EXPECT_EQ(Append(std::string(1000, 'x')).verdict, AppendVerdict::kBusy);
  Run();
  EXPECT_EQ(spaces_, 1);
  EXPECT_EQ(Append(std::string(1000, 'x')).verdict, AppendVerdict::kStored);
}

TEST_F(JournalTest, GroupIsAppendedWholeOrNotAtAll) {
  Open();
  const std::string large(8000, 'x');
  const std::vector<ByteSpan> group(3, AsBytes(large));
  EXPECT_EQ(stream().AppendAll(group, clock_.WallNow()).verdict, AppendVerdict::kStored);
  EXPECT_EQ(stream().next_offset(), 3u);
  EXPECT_EQ(stream().AppendAll(group, clock_.WallNow()).verdict, AppendVerdict::kBusy);
  EXPECT_EQ(stream().next_offset(), 3u);
  const std::vector<ByteSpan> never(5, AsBytes(large));
  EXPECT_EQ(stream().AppendAll(never, clock_.WallNow()).verdict, AppendVerdict::kTooLarge);
}

TEST_F(JournalTest, SecondProcessIsLockedOut) {
  Open();
  EXPECT_EQ(Journal::Open(env_, kDirectory, options_, {stream_}).status().code(),
            StatusCode::kUnavailable);
}

TEST_F(JournalTest, NamesThatAreNoFileNamesAreRefused) {
  for (const char* name : {"", "..", "a/b", "A", "-a"}) {
    stream_.name = name;
    EXPECT_EQ(TryOpen().code(), StatusCode::kInvalidArgument) << name;
  }
}

TEST_F(JournalTest, FindsTheFirstEventOfATime) {
  Open();
  Fill(40, 4000);
  const WallTime noon = clock_.WallNow();
  Run(std::chrono::seconds(1));
  Fill(40, 4000);
  uint64_t found = 0;
  auto reader = stream().NewReader(4096, [&](const ReadResult& r) { found = r.next_offset; });
  reader->Find(noon + std::chrono::milliseconds(1));
  Run(Duration(0));
  EXPECT_EQ(found, 40u);
}

TEST_F(JournalTest, ReaderMayReadOnFromItsCallback) {
  Open();
  Fill(10);
  uint64_t next = 0;
  std::unique_ptr<Reader> reader;
  reader = stream().NewReader(64, [&](const ReadResult& r) {
    next = r.next_offset;
    if (!r.records.empty()) reader->Read(next);
  });
  reader->Read(0);
  Run(Duration(0));
  EXPECT_EQ(next, 10u);
}

TEST_F(JournalTest, WhatWasReadStaysUntilTheNextRead) {
  Open();
  Fill(10);
  std::vector<Record> records;
  const auto reader = stream().NewReader(
      4096, [&](const ReadResult& r) { records.assign(r.records.begin(), r.records.end()); });
  reader->Read(0);
  Run(Duration(0));
  Fill(10);
  ASSERT_EQ(records.size(), 10u);
  for (const Record& record : records) {
    EXPECT_EQ(AsText(record.payload), PayloadOf(record.offset));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(record.payload.data()) % 8, 0u);
  }
}

TEST_F(JournalTest, DestroyedReaderIsNotCalled) {
  Open();
  Fill(1);
  auto reader = stream().NewReader(64, [](const ReadResult&) { FAIL(); });
  reader->Read(0);
  reader.reset();
  Run();
}

TEST_F(JournalTest, IntervalTellsWhenWrittenAndReadsWhenSynced) {
  stream_.durability = Durability::kInterval;
  Open();
  Fill(1);
  Run(std::chrono::seconds(2));
  Append("b");
  Run();
  EXPECT_EQ(acknowledgeable_, 2u);
  Append("c");
  Run();
  EXPECT_EQ(acknowledgeable_, 3u);
  EXPECT_LT(committed_, 3u);
  EXPECT_EQ(stream().acknowledgeable_offset(), 3u);
  EXPECT_LT(stream().committed_offset(), 3u);
  EXPECT_LT(stream().status().committed_offset, 3u);
  Run(std::chrono::seconds(1));
  EXPECT_EQ(committed_, 3u);
}

TEST_F(JournalTest, MemoryTellsWhenWrittenAndReadsWhenSynced) {
  stream_.durability = Durability::kMemory;
  Open();
  Fill(1);
  env_.FailFromNowOn(test::MemoryEnv::kSync);
  Append("b");
  Run();
  EXPECT_EQ(acknowledgeable_, 2u);
  EXPECT_EQ(committed_, 1u);
}

TEST_F(JournalTest, StreamsShareOneJournal) {
  StreamOptions letters = stream_;
  letters.name = "dead-letters";
  letters.routes.clear();
  auto opened = Journal::Open(env_, kDirectory, options_, {stream_, letters});
  ASSERT_TRUE(opened.ok());
  journal_ = std::move(opened).value();
  Append("a");
  journal_->stream("dead-letters")->Append(AsBytes("b"));
  Run();
  EXPECT_EQ(stream().committed_offset(), 1u);
  EXPECT_EQ(journal_->stream("dead-letters")->committed_offset(), 1u);
}

}  // namespace
}  // namespace sluice::journal
