#include <atomic>

#include "base/mutex.h"
#include "support/memory_env.h"
#include "support/temporary_directory.h"
#include "unit/journal/journal_fixture.h"

namespace sluice::journal {
namespace {

// The journal as it runs: with its thread, on the real file system unless a test names another.
class ThreadTest : public ::testing::Test, public StreamObserver {
 protected:
  static constexpr uint64_t kMinFree = 1 << 20;

  void Open() { Open(Env::Posix(), directory_.path()); }
  void Open(Env& env, const std::string& directory) {
    Options options;
    options.min_free_bytes = &env == &disk_ ? kMinFree : 0;
    options.wakeup = [this] {
      const MutexLock lock(mutex_);
      awake_ = true;
      wake_.NotifyOne();
    };
    StreamOptions stream;
    stream.name = "telemetry";
    stream.routes = {"cloud"};
    stream.segment_bytes = 64 << 10;
    auto journal = Journal::Open(env, directory, options, {stream});
    ASSERT_TRUE(journal.ok()) << journal.status().ToString();
    journal_ = std::move(journal).value();
    stream_ = journal_->stream("telemetry");
    stream_->AddObserver(this);
  }
  void WaitForWakeup() {
    {
      const MutexLock lock(mutex_);
      while (!awake_) wake_.Wait(mutex_);
      awake_ = false;
    }
    journal_->Poll();
  }

  void OnAcknowledgeable(uint64_t offset) override { acknowledgeable_ = offset; }
  void OnCommitted(uint64_t offset) override { committed_ = offset; }
  void OnSpace() override { space_ = true; }

  test::MemoryEnv disk_;
  test::TemporaryDirectory directory_;
  std::unique_ptr<Journal> journal_;
  Stream* stream_ = nullptr;
  uint64_t acknowledgeable_ = 0, committed_ = 0;
  Mutex mutex_;
  ConditionVariable wake_;
  bool awake_ SLUICE_GUARDED_BY(mutex_) = false;
  bool space_ = false;
};

TEST_F(ThreadTest, EventsAreCommittedReadAndDeletedWhileMoreCome) {
  Open();
  const std::string payload(1000, 'x');
  uint64_t read = 0;
  auto reader = stream_->NewReader(16 << 10, [&](const ReadResult& result) {
    ASSERT_TRUE(result.status.ok());
    for (const Record& record : result.records) EXPECT_EQ(record.offset, read++);
    stream_->cursor("cloud")->Advance({.acknowledged = result.records.size()});
  });
  while (read < 2000) {
    while (stream_->next_offset() < 2000 &&
           stream_->Append(AsBytes(payload)).verdict == AppendVerdict::kStored &&
           stream_->next_offset() % 50 != 0) {
    }
    if (!reader->busy() && read < committed_) reader->Read(read);
    WaitForWakeup();
  }
  EXPECT_TRUE(journal_->Close().ok());
  EXPECT_EQ(acknowledgeable_, 2000u);
  Open();
  EXPECT_EQ(stream_->next_offset(), 2000u);
  EXPECT_EQ(stream_->cursor("cloud")->offset(), 2000u);
}

TEST_F(ThreadTest, IdleThreadLooksForRoomOnceSomebodyIsRefused) {
  disk_.SetCapacity(kMinFree);
  Open(disk_, "/data");
  EXPECT_EQ(stream_->Append(AsBytes("now")).verdict, AppendVerdict::kFull);
  EXPECT_FALSE(space_);
  disk_.SetCapacity(2 * kMinFree);
  while (!space_) WaitForWakeup();
  EXPECT_EQ(stream_->Append(AsBytes("later")).verdict, AppendVerdict::kStored);
}

TEST_F(ThreadTest, CloseCommitsWhatIsDirty) {
  Open();
  stream_->Append(AsBytes("last words"));
  EXPECT_TRUE(journal_->Close().ok());
  journal_->Poll();
  EXPECT_EQ(acknowledgeable_, 1u);
}

}  // namespace
}  // namespace sluice::journal
