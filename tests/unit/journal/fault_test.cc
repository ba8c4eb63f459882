#include "base/random.h"
#include "unit/journal/journal_fixture.h"

namespace sluice::journal {
namespace {

// A short life of a journal with rolls, cursors, retention, an orderly end and a new start, in
// which one operation fails.
class FaultTest : public JournalFixture {
 protected:
  static constexpr size_t kEventBytes = 2000;

  FaultTest() {
    SetLogLevel(LogLevel::kOff);
    stream_.segment_bytes = 16 << 10;
    stream_.max_dirty_bytes = 8 << 10;
    options_.cursor_interval = std::chrono::milliseconds(0);
  }

  void NewDisk() {
    Crash();
    env_.Format();
    acknowledgeable_ = committed_ = 0;
  }
  // Opens; a start that fails for the injected fault is repeated, as a supervisor would.
  void OpenInSpite() {
    if (TryOpen().ok()) return;
    ASSERT_TRUE(env_.has_failed());
    env_.Kill();
    Open();
  }
  void AppendSome(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string payload = PayloadOf(stream().next_offset(), kEventBytes);
      while (Append(payload).verdict != AppendVerdict::kStored) Run(std::chrono::seconds(6));
      Run();
    }
    // A retry after a failure comes at the latest after five seconds.
    Run(std::chrono::seconds(6));
    Run();
    EXPECT_EQ(acknowledgeable_, stream().next_offset());
  }
  void Acknowledge() {
    Cursor& cursor = *stream().cursor("cloud");
    cursor.Advance({.acknowledged = (committed_ - cursor.offset()) / 2});
    Run();
  }
  void Live() {
    OpenInSpite();
    AppendSome(9);
    Acknowledge();
    static_cast<void>(journal_->Close().ok());
    journal_.reset();
    committed_before_ = acknowledgeable_;
    OpenInSpite();
    EXPECT_GE(stream().next_offset(), committed_before_);
    acknowledgeable_ = committed_ = stream().next_offset();
    AppendSome(9);
    Acknowledge();
  }
  // The same until everything fails.
  void LiveUntilTheEnd() {
    for (int life = 0; life < 2; ++life) {
      if (!TryOpen().ok()) return;
      acknowledgeable_ = committed_ = stream().next_offset();
      for (int i = 0; i < 9; ++i) {
        Append(PayloadOf(stream().next_offset(), kEventBytes));
        Run();
      }
      Acknowledge();
      static_cast<void>(journal_->Close().ok());
      journal_->Poll();
      journal_.reset();
    }
  }
  // Everything that was committed and not acknowledged is there.
  void ExpectNothingLost() {
    const uint64_t cursor = stream().cursor("cloud")->offset();
    EXPECT_GE(stream().next_offset(), acknowledgeable_);
    EXPECT_EQ(ExpectWhole(cursor, stream().next_offset(), kEventBytes), 0u);
  }

  uint64_t committed_before_ = 0;
};

TEST_F(FaultTest, EveryOperationMayFailOnceWithoutLosingWhatIsCommitted) {
  env_.FailAt(UINT64_MAX);
  Live();
  const uint64_t operations = env_.counted();
  ASSERT_GT(operations, 60u);
  for (uint64_t i = 0; i < operations; ++i) {
    SCOPED_TRACE(i);
    NewDisk();
    env_.FailAt(i);
    Live();
    ExpectNothingLost();
    Crash();
    Open();
    ExpectNothingLost();
    if (HasFailure()) return;
  }
}

TEST_F(FaultTest, PowerMayFailAtEveryOperation) {
  env_.FailAt(UINT64_MAX);
  Live();
  const uint64_t operations = env_.counted();
  Random random(1);
  for (uint64_t i = 0; i < operations; ++i) {
    SCOPED_TRACE(i);
    NewDisk();
    env_.FailAt(i, UINT64_MAX);
    LiveUntilTheEnd();
    const uint64_t committed = acknowledgeable_;
    journal_.reset();
    env_.StopFailing();
    i % 2 == 0 ? env_.DropUnsynced() : env_.TearUnsynced(random);
    Open();
    EXPECT_GE(stream().next_offset(), committed);
    EXPECT_EQ(stream().status().quarantined, 0u) << "a torn tail is no corruption";
    ExpectNothingLost();
    if (HasFailure()) return;
  }
}

// What can't be opened for want of descriptors is taken for damaged by nobody.
TEST_F(FaultTest, TooManyOpenFilesAtTheStartCostNothing) {
  const auto live = [&] {
    NewDisk();
    Open();
    AppendSome(9);
    Acknowledge();
    AppendSome(3);  // behind the floor that the state file proves
    Kill();
  };
  live();
  env_.FailAt(UINT64_MAX, 1, test::MemoryEnv::kOpen);
  Open();
  const uint64_t opens = env_.counted();
  ASSERT_GT(opens, 10u);
  for (uint64_t i = 0; i < 2 * opens; ++i) {
    SCOPED_TRACE(i);
    live();
    env_.FailAt(i / 2, i % 2 == 0 ? 1 : UINT64_MAX, test::MemoryEnv::kOpen);
    const Status opened = TryOpen();
    env_.StopFailing();
    if (!opened.ok()) {
      EXPECT_EQ(opened.code(), StatusCode::kResourceExhausted);
      Open();
    }
    EXPECT_EQ(stream().next_offset(), acknowledgeable_);
    EXPECT_EQ(ExpectWhole(stream().cursor("cloud")->offset(), acknowledgeable_, kEventBytes), 0u);
    EXPECT_EQ(stream().cursor("cloud")->offset(), 4u);
    EXPECT_EQ(stream().status().quarantined, 0u);
    for (const std::string& path : env_.AllFiles()) {
      EXPECT_EQ(path.find(".aside"), std::string::npos) << path;
    }
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace sluice::journal
