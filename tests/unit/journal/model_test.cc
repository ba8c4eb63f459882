#include <algorithm>

#include "base/random.h"
#include "unit/journal/journal_fixture.h"

namespace sluice::journal {
namespace {

// Random lives of a journal beside a model that is a vector of strings.
class ModelTest : public JournalFixture, public ::testing::WithParamInterface<uint64_t> {
 protected:
  ModelTest() : random_(GetParam() + 1) {
    stream_.on_full = static_cast<OnFull>(GetParam() % 3);
    stream_.durability = GetParam() % 5 == 4 ? Durability::kInterval : Durability::kCommit;
    stream_.keep_acknowledged = GetParam() % 2 == 1;
    stream_.max_bytes = 64 << 10;
    stream_.segment_bytes = 16 << 10;
    stream_.max_dirty_bytes = 8 << 10;
  }

  void Step() {
    const uint64_t dice = random_.Below(100);
    if (dice < 60) return AppendRandom();
    if (dice < 80) return RunAWhile();
    if (dice < 88) return Acknowledge();
    if (dice < 92) return env_.FailAt(random_.Below(8), random_.Below(3) + 1);
    if (dice < 94) return Restart(&ModelTest::OrderlyEnd);
    if (dice < 96) return Restart(&ModelTest::Kill);
    if (dice < 98) return Restart(&ModelTest::PowerCut);
    CheckAll();
  }

  void AppendRandom() {
    const std::string payload = std::to_string(++appended_) + std::string(random_.Below(1500), '-');
    const AppendResult result = Append(payload);
    if (result.verdict == AppendVerdict::kStored) model_.push_back(payload);
    if (result.verdict == AppendVerdict::kDropped) model_.push_back(kDroppedEvent);
    EXPECT_EQ(stream().next_offset(), model_.size());
  }
  void RunAWhile() {
    Run(std::chrono::milliseconds(random_.Below(20) * random_.Below(20)));
    EXPECT_LE(stream().status().stored_bytes, stream_.max_bytes);
    EXPECT_LE(committed_, acknowledgeable_);
  }
  void Acknowledge() {
    Cursor& cursor = *stream().cursor("cloud");
    if (committed_ <= cursor.offset()) return;
    cursor.Advance({.acknowledged = random_.Below(committed_ - cursor.offset()) + 1});
  }

  void OrderlyEnd() {
    env_.StopFailing();
    EXPECT_TRUE(journal_->Close().ok());
    journal_->Poll();
    EXPECT_EQ(committed_, model_.size());
    journal_.reset();
  }
  void PowerCut() {
    Kill();
    env_.TearUnsynced(random_);
  }
  void Restart(void (ModelTest::*end)()) {
    const uint64_t cursor = stream().cursor("cloud")->offset();
    (this->*end)();
    Open();
    // With durability `interval` only what was readable is promised to survive.
    EXPECT_GE(stream().next_offset(), committed_);
    ASSERT_LE(stream().next_offset(), model_.size());
    EXPECT_LE(stream().cursor("cloud")->offset(), cursor);
    model_.resize(stream().next_offset());
    acknowledgeable_ = committed_ = model_.size();
    CheckAll();
  }

  // Reads everything that no route has passed and compares.
  void CheckAll() {
    env_.StopFailing();
    Run(std::chrono::seconds(6));
    Run();
    Run(std::chrono::seconds(2));
    ASSERT_EQ(committed_, model_.size());
    uint64_t next = stream().cursor("cloud")->offset();
    for (const Seen& seen : ReadAll(next)) {
      ASSERT_EQ(seen.offset, next);
      CheckOne(seen);
      next = seen.end_offset;
    }
    EXPECT_EQ(next, model_.size());
    EXPECT_EQ(stream().status().quarantined, 0u);
  }
  void CheckOne(const Seen& seen) {
    if (seen.kind == Record::Kind::kEvent) {
      EXPECT_EQ(seen.payload, model_[seen.offset]);
    } else if (stream_.on_full == OnFull::kDropOldest) {
      EXPECT_EQ(seen.reason, GapReason::kEvicted);
    } else {
      EXPECT_EQ(seen.reason, GapReason::kDropped);
      for (uint64_t i = seen.offset; i < seen.end_offset; ++i) EXPECT_EQ(model_[i], kDroppedEvent);
    }
  }

  static constexpr char kDroppedEvent[] = "dropped";
  Random random_;
  uint64_t appended_ = 0;
  std::vector<std::string> model_;  // by offset
};

TEST_P(ModelTest, JournalDoesWhatTheModelDoes) {
  Open();
  for (int step = 0; step < 1500 && !HasFailure(); ++step) {
    SCOPED_TRACE(step);
    Step();
    journal_->CheckInvariants();
  }
  if (!HasFailure()) CheckAll();
}

INSTANTIATE_TEST_SUITE_P(Seeds, ModelTest, ::testing::Range<uint64_t>(0, 30));

}  // namespace
}  // namespace sluice::journal
