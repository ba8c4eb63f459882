#include <algorithm>
#include <set>

#include "base/random.h"
#include "journal/handled_marks.h"
#include "journal/handled_store.h"
#include "unit/journal/journal_fixture.h"

namespace sluice::journal {
namespace {

using Offsets = std::vector<uint64_t>;
using Ranges = std::vector<OffsetRange>;

HandledMarks Of(const Offsets& offsets) {
  HandledMarks marks;
  for (const uint64_t offset : offsets) marks.Add(offset);
  return marks;
}

Status DecodeStatus(const std::string& file) {
  uint64_t stream_id = 0;
  return HandledMarks::Decode(AsBytes(file), &stream_id).status();
}

std::string EncodedText(const Offsets& offsets, uint64_t stream_id = 7) {
  return std::string(AsText(Of(offsets).Encode(stream_id)));
}

TEST(HandledMarksTest, NeighboursAreOneRange) {
  EXPECT_EQ(Of({4, 2}).ranges(), (Ranges{{2, 3}, {4, 5}}));
  EXPECT_EQ(Of({4, 2, 3}).ranges(), (Ranges{{2, 5}}));
  EXPECT_EQ(Of({4, 5}).ranges(), (Ranges{{4, 6}}));
  EXPECT_EQ(Of({5, 4}).ranges(), (Ranges{{4, 6}}));
  HandledMarks marks = Of({1});
  EXPECT_FALSE(marks.Add(1));
}

TEST(HandledMarksTest, IsTheSetThatASlowModelIs) {
  for (const uint64_t seed : {1, 2, 3, 4, 5}) {
    Random random(seed);
    HandledMarks marks;
    std::set<uint64_t> model;
    for (int i = 0; i < 300; ++i) {
      const uint64_t offset = random.Below(64);
      EXPECT_EQ(marks.Add(offset), model.insert(offset).second);
      if (i % 20 == 19) {
        const uint64_t below = random.Below(40);
        marks.DropBelow(below);
        model.erase(model.begin(), model.lower_bound(below));
      }
      for (uint64_t o = 0; o < 66; ++o) ASSERT_EQ(marks.Contains(o), model.count(o) > 0) << o;
      uint64_t id = 0;
      const auto again = HandledMarks::Decode(marks.Encode(seed), &id);
      ASSERT_TRUE(again.ok());
      EXPECT_EQ(again->ranges(), marks.ranges());
      EXPECT_EQ(id, seed);
    }
  }
}

TEST(HandledMarksTest, EveryCutAndEveryFlippedBitIsDamage) {
  const std::string file = EncodedText({1, 2, 5});
  ASSERT_TRUE(DecodeStatus(file).ok());
  for (size_t size = 0; size < file.size(); ++size) {
    EXPECT_EQ(DecodeStatus(file.substr(0, size)).code(), StatusCode::kCorruption) << size;
  }
  EXPECT_EQ(DecodeStatus(file + std::string(16, '\0')).code(), StatusCode::kCorruption);
  for (size_t bit = 0; bit < 8 * file.size(); ++bit) {
    std::string damaged = file;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(DecodeStatus(damaged).code(), StatusCode::kCorruption) << bit;
  }
}

class HandledStoreTest : public JournalFixture {
 protected:
  void SetUp() override {
    stream_.on_full = OnFull::kDropOldest;
    stream_.routes.clear();
    Open();
    Fill(20);
  }
  Result<uint64_t> Mark(const Offsets& offsets) {
    return MarkHandled(env_, kDirectory, "telemetry", offsets);
  }
  Result<HandledMarks> Load() { return LoadHandled(env_, kDirectory, "telemetry"); }
  Ranges Loaded() {
    const auto marks = Load();
    EXPECT_TRUE(marks.ok()) << marks.status().ToString();
    return marks.ok() ? marks->ranges() : Ranges();
  }
  std::string Path() const { return std::string(kDirectory) + "/streams/telemetry/handled"; }
};

TEST_F(HandledStoreTest, NothingIsHandledWithoutAFile) { EXPECT_TRUE(Loaded().empty()); }

TEST_F(HandledStoreTest, WhatIsMarkedStaysMarkedThroughAPowerCut) {
  EXPECT_EQ(*Mark({3, 4, 9}), 3u);
  EXPECT_EQ(*Mark({4, 5}), 1u);
  Crash();
  EXPECT_EQ(Loaded(), (Ranges{{3, 6}, {9, 10}}));
  Open();
  EXPECT_EQ(Loaded(), (Ranges{{3, 6}, {9, 10}}));
}

TEST_F(HandledStoreTest, MarkingWhatIsMarkedWritesNothing) {
  ASSERT_TRUE(Mark({3}).ok());
  const std::string before = env_.Content(Path());
  const uint64_t syncs = env_.syncs();
  EXPECT_EQ(*Mark({3}), 0u);
  EXPECT_EQ(env_.syncs(), syncs);
  EXPECT_EQ(env_.Content(Path()), before);
}

// Fails at operation i, for every i, and then loses the power: the old marks or all of the new.
TEST_F(HandledStoreTest, AfterAnyFailureItSaysTheOldOrTheNew) {
  bool failed = true;
  for (uint64_t i = 0; failed; ++i) {
    SCOPED_TRACE(i);
    Crash();
    env_.Format();
    Open();
    Fill(20);
    ASSERT_TRUE(Mark({1}).ok());
    env_.FailAt(i);
    const auto marked = Mark({7, 8});
    failed = env_.has_failed();
    env_.StopFailing();
    Crash();
    const Ranges now = Loaded();
    const Ranges before{{1, 2}}, after{{1, 2}, {7, 9}};
    EXPECT_TRUE(now == after || (now == before && !marked.ok()));
    ASSERT_LT(i, 50u);
  }
}

TEST_F(HandledStoreTest, MarksOfEventsThatAreGoneAreLeftOutAtTheNextWrite) {
  ASSERT_TRUE(Mark({0, 2, 4, 15, 17}).ok());
  Fill(300, 4000);
  const uint64_t last = stream().next_offset() - 1;
  ASSERT_EQ(ReadAll().front().kind, Record::Kind::kGap);
  ASSERT_TRUE(Mark({last}).ok());
  EXPECT_EQ(Loaded(), (Ranges{{last, last + 1}}));
}

// What cannot be opened has not been deleted: its letters would be replayed once more.
TEST_F(HandledStoreTest, MarksOfASegmentThatCannotBeOpenedStay) {
  Fill(40, 4000);
  const uint64_t last = stream().next_offset() - 1;
  ASSERT_TRUE(Mark({3, 9}).ok());
  env_.PutSpecial(SegmentPath(0));
  ASSERT_TRUE(Mark({last}).ok());
  EXPECT_EQ(Loaded(), (Ranges{{3, 4}, {9, 10}, {last, last + 1}}));
}

TEST_F(HandledStoreTest, MarksStayWhereTooManyFilesAreOpen) {
  Fill(40, 4000);
  ASSERT_TRUE(Mark({3, 9}).ok());
  bool failed = true;
  for (uint64_t i = 0; failed; ++i) {
    SCOPED_TRACE(i);
    env_.FailAt(i, 1, test::MemoryEnv::kOpen);
    const auto marked = Mark({20 + i});
    failed = env_.has_failed();
    env_.StopFailing();
    const auto marks = Load();
    ASSERT_TRUE(marks.ok());
    EXPECT_TRUE(marks->Contains(3) && marks->Contains(9));
    EXPECT_TRUE(!marked.ok() || marks->Contains(20 + i));
    ASSERT_LT(i, 20u);
  }
}

TEST_F(HandledStoreTest, DamagedFileIsSaidAndNeverReplaced) {
  ASSERT_TRUE(Mark({3}).ok());
  std::string damaged = env_.Content(Path());
  damaged[20] ^= 1;
  env_.SetContent(Path(), damaged);
  EXPECT_EQ(Load().status().code(), StatusCode::kCorruption);
  EXPECT_NE(Load().status().message().find(Path()), std::string::npos);
  EXPECT_FALSE(Mark({5}).ok());
  EXPECT_EQ(env_.Content(Path()), damaged);
  env_.RemoveTree(Path());
  EXPECT_TRUE(Mark({5}).ok());
}

TEST_F(HandledStoreTest, FileThatCannotBeReadIsNoEmptyOne) {
  ASSERT_TRUE(Mark({3}).ok());
  env_.FailReads(Path(), 0, 4096);
  EXPECT_FALSE(Load().ok());
  EXPECT_FALSE(Mark({5}).ok());
}

TEST_F(HandledStoreTest, MarksOfAnotherStreamOfThatNameCountForNothing) {
  ASSERT_TRUE(Mark({3}).ok());
  const std::string foreign = env_.Content(Path());
  Crash();
  env_.Format();
  ++options_.seed;
  Open();
  Fill(20);
  env_.SetContent(Path(), foreign);
  EXPECT_TRUE(Loaded().empty());
  ASSERT_TRUE(Mark({5}).ok());
  EXPECT_EQ(Loaded(), (Ranges{{5, 6}}));
}

TEST_F(HandledStoreTest, OnlyOneMarksAtATime) {
  const auto lock = env_.Lock(Path() + ".lock");
  ASSERT_TRUE(lock.ok());
  EXPECT_EQ(Mark({3}).status().code(), StatusCode::kUnavailable);
  EXPECT_TRUE(Loaded().empty());
}

TEST_F(HandledStoreTest, JournalLeavesTheFileAlone) {
  ASSERT_TRUE(Mark({3}).ok());
  CloseAndOpen();
  Fill(3);
  EXPECT_EQ(Loaded(), (Ranges{{3, 4}}));
  EXPECT_EQ(MarkHandled(env_, kDirectory, "nothing", Offsets{1}).status().code(),
            StatusCode::kNotFound);
}

}  // namespace
}  // namespace sluice::journal
