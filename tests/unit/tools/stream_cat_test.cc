#include "tools/stream_cat.h"

#include <functional>
#include <utility>
#include <vector>

#include "journal/inspect.h"

#include "unit/tools/stream_fixture.h"

namespace sluice::tools {
namespace {

using journal::Record;
using Spans = std::vector<std::pair<uint64_t, uint64_t>>;

// In each pause something happens; the last one ends it.
class ScriptedPause final : public Pause {
 public:
  void Then(std::function<void()> happens) { script_.push_back(std::move(happens)); }
  void Wait(Duration duration) override {
    EXPECT_EQ(duration, kFollowInterval);
    if (next_ < script_.size()) script_[next_]();
    ++next_;
  }
  bool ended() const override { return next_ > script_.size(); }
  size_t waits() const { return next_; }

 private:
  std::vector<std::function<void()>> script_;
  size_t next_ = 0;
};

class StreamCatTest : public StreamFixture {
 protected:
  StreamCatTest() : StreamFixture("telemetry") {}
  void SetUp() override { Open(); }

  void Fill(int count, size_t bytes = 8) {
    for (int i = 0; i < count; ++i) {
      Append(AsBytes(std::string(bytes, 'x')));
      Commit();
    }
  }
  // What a follower sees, as [first, end).
  Spans Follow(uint64_t from = 0) {
    Spans seen;
    status_ = FollowRecords(env_, kDirectory, "telemetry", from, pause_, [&](const Record& record) {
      seen.emplace_back(record.offset, record.end_offset);
      return seen.size() < most_;
    });
    return seen;
  }
  uint64_t Tail(uint64_t count) {
    const auto start = TailStart(env_, kDirectory, "telemetry", count);
    EXPECT_TRUE(start.ok()) << start.status().ToString();
    return start.ok() ? *start : UINT64_MAX;
  }

  ScriptedPause pause_;
  size_t most_ = SIZE_MAX;
  Status status_;
};

TEST_F(StreamCatTest, FollowerSeesWhatIsThereAndWhatComes) {
  Fill(2);
  pause_.Then([this] { Fill(1); });
  pause_.Then([] {});
  pause_.Then([this] { Fill(2); });
  EXPECT_EQ(Follow(), (Spans{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}}));
  EXPECT_TRUE(status_.ok());
}

TEST_F(StreamCatTest, FollowerSeesNothingBeforeItIsCommitted) {
  stream_.durability = journal::Durability::kInterval;
  journal_.reset();
  Open();
  Fill(1);
  pause_.Then([this] {
    Append(AsBytes("a"));
    Commit(std::chrono::milliseconds(10));
    EXPECT_LT(stream().committed_offset(), stream().acknowledgeable_offset());
  });
  size_t seen_before = SIZE_MAX, seen = 0;
  pause_.Then([&] { seen_before = seen; });
  pause_.Then([this] { Commit(2 * stream_.sync_interval); });
  status_ = FollowRecords(env_, kDirectory, "telemetry", 0, pause_, [&](const Record&) {
    ++seen;
    return true;
  });
  EXPECT_EQ(seen_before, 1u);
  EXPECT_EQ(seen, 2u);
}

TEST_F(StreamCatTest, FollowerBeginsWhereItIsTold) {
  Fill(2);
  pause_.Then([this] { Fill(3); });
  EXPECT_EQ(Follow(4), (Spans{{4, 5}}));
}

TEST_F(StreamCatTest, FollowerEndsWhenTheVisitorHasEnough) {
  Fill(5);
  most_ = 3;
  EXPECT_EQ(Follow().size(), 3u);
  EXPECT_EQ(pause_.waits(), 0u);
}

TEST_F(StreamCatTest, FollowerOfAFloorThatStandsStillLooksAtEverythingNowAndThen) {
  Fill(2);
  const std::string stale = env_.Content(Path("state"));
  pause_.Then([&] {
    Fill(3);
    env_.SetContent(Path("state"), stale);
  });
  for (int i = 0; i < 25; ++i) pause_.Then([] {});
  EXPECT_GE(Follow().size(), 4u);  // nothing but the floor says that the last was synced
}

TEST_F(StreamCatTest, FollowerOfAStreamThatIsMadeAnewSaysSo) {
  Fill(5);
  pause_.Then([this] {
    journal_.reset();
    env_.Format();
    Open();
    Fill(1);
  });
  for (int i = 0; i < 25; ++i) pause_.Then([] {});
  EXPECT_EQ(Follow().size(), 5u);
  EXPECT_EQ(status_.code(), StatusCode::kNotFound);
  EXPECT_THAT(status_.message(), ::testing::HasSubstr("made anew"));
}

TEST_F(StreamCatTest, FollowerThatBeginsAheadWaits) {
  Fill(1);
  for (int i = 0; i < 45; ++i) pause_.Then([] {});
  pause_.Then([this] { Fill(7); });
  EXPECT_EQ(Follow(5), (Spans{{5, 6}, {6, 7}, {7, 8}}));
  EXPECT_TRUE(status_.ok());
}

TEST_F(StreamCatTest, FollowerOfNothingIsToldSo) {
  const Status status =
      FollowRecords(env_, kDirectory, "nothing", 0, pause_, [](const Record&) { return true; });
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
}

TEST_F(StreamCatTest, TailIsOfTheLastRecords) {
  EXPECT_EQ(Tail(5), 0u);
  Fill(3);
  EXPECT_EQ(Tail(5), 0u);
  EXPECT_EQ(Tail(3), 0u);
  Fill(40);
  EXPECT_EQ(Tail(1), 42u);
  EXPECT_EQ(Tail(17), 26u);
}

TEST_F(StreamCatTest, TailCountsAGapAsOneRecordAndBeginsWithAllOfIt) {
  Fill(1000, 1500);
  Spans all;
  ASSERT_TRUE(journal::VisitRecords(env_, kDirectory, "telemetry", 0, [&](const Record& record) {
                all.emplace_back(record.offset, record.end_offset);
                return true;
              }).ok());
  ASSERT_GT(all.front().second, 100u) << "no gap in front";
  for (const uint64_t count : {size_t{1}, all.size() - 1, all.size(), all.size() + 1}) {
    const size_t first = all.size() - std::min<size_t>(count, all.size());
    EXPECT_EQ(Tail(count), all[first].first) << count;
  }
}

TEST_F(StreamCatTest, TailOfAStreamWhoseFrontIsDeletedBeginsWithWhatIsThere) {
  stream_.routes = {"cloud"};
  journal_.reset();
  Open();
  Fill(60, 1500);
  stream().cursor("cloud")->Advance({.acknowledged = 50});
  Commit();
  Commit();
  const uint64_t first = stream().status().first_offset;
  ASSERT_GT(first, 0u);
  EXPECT_EQ(Tail(1000), first);
  EXPECT_EQ(Tail(60 - first), first);
  EXPECT_EQ(Tail(60 - first - 1), first + 1);
}

}  // namespace
}  // namespace sluice::tools
