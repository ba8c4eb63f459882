// What a replay asks of a stream: work beside it, room that takes nothing from anybody, a commit.

#include <memory>

#include "unit/journal/journal_fixture.h"

namespace sluice::journal {
namespace {

class ErrandTest : public JournalFixture {
 protected:
  Cursor& cursor() { return *stream().cursor("cloud"); }
  void RunErrand(std::function<Status(Env&)> work) {
    stream().RunErrand(std::move(work), [this](const Status& status) { said_ = status; });
  }

  std::optional<Status> said_;
};

TEST_F(ErrandTest, IsRunByTheJournalAndToldByPoll) {
  Open();
  int runs = 0;
  RunErrand([&](Env&) {
    ++runs;
    return Status::NotFound("it");
  });
  EXPECT_EQ(runs, 0);
  journal_->RunOnce();
  EXPECT_EQ(runs, 1);
  EXPECT_FALSE(said_);
  journal_->Poll();
  ASSERT_TRUE(said_);
  EXPECT_EQ(said_->code(), StatusCode::kNotFound);
  Run();
  EXPECT_EQ(runs, 1);
}

TEST_F(ErrandTest, BesideADirectoryThatIsGoneNothingIsWritten) {
  Open();
  env_.MoveTree("/data/streams/telemetry", "/data/streams/elsewhere");
  bool ran = false;
  RunErrand([&](Env&) {
    ran = true;
    return Status::Ok();
  });
  Run();
  EXPECT_FALSE(ran);
  ASSERT_TRUE(said_);
  EXPECT_FALSE(said_->ok());
}

TEST_F(ErrandTest, CommitSoonSyncsWhatItsDurabilityWouldLeave) {
  stream_.durability = Durability::kMemory;
  Open();
  Fill(4);
  EXPECT_LT(committed_, 4U);
  stream().CommitSoon();
  Run();
  EXPECT_EQ(committed_, 4U);
  Fill(1);
  EXPECT_EQ(committed_, 4U);  // once
}

TEST_F(ErrandTest, SpareIsWhatTakesNothingFromAnybody) {
  for (const OnFull on_full : {OnFull::kReject, OnFull::kDropOldest, OnFull::kDropNewest}) {
    SCOPED_TRACE(static_cast<int>(on_full));
    stream_.on_full = on_full;
    Open();
    const uint64_t before = stream().spare_bytes();
    EXPECT_LT(before, stream_.max_bytes);
    Append(PayloadOf(0, 1000));
    EXPECT_LT(stream().spare_bytes(), before);
    Run();
    while (stream().spare_bytes() > 4096) Fill(1, 4000);
    EXPECT_EQ(stream().status().evicted_events, 0U);
    cursor().Advance({.acknowledged = stream().committed_offset()});
    Run(std::chrono::seconds(1));
    EXPECT_GT(stream().spare_bytes(), before / 2);
    Crash();
    env_.Format();
  }
}

TEST_F(ErrandTest, RingThatNobodyReadsHasRoomAlways) {
  stream_.routes = {};
  stream_.on_full = OnFull::kDropOldest;
  Open();
  Fill(600, 4000);
  EXPECT_GT(stream().status().evicted_events, 0U);
  EXPECT_GT(stream().spare_bytes(), 100'000U);
}

}  // namespace
}  // namespace sluice::journal
