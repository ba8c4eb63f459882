// What the disk may do while the gateway runs.

#include <sqlite3.h>

#include <filesystem>

#include "fault_vfs.h"
#include "state_fixture.h"

namespace sluice::state {
namespace {

class FaultTest : public StateFixture {
 protected:
  FaultTest() { options_.database.vfs = FaultVfs::name(); }
  ~FaultTest() override { Stop(); }

  // A batch that changes, adds and removes.
  void Change(int round) {
    Put("changed", std::to_string(round));
    Put("added/" + std::to_string(round), std::string(3000, 'x'));
    Remove("added/" + std::to_string(round - 2));
  }

  FaultVfs vfs_;
};

TEST_F(FaultTest, FullDiskIsSaidAndLeftBehind) {
  Start();
  Put("a", "1");
  Write();
  vfs_.Fail(FaultVfs::kWrite, SQLITE_FULL);
  Put("a", "2");
  Write();
  EXPECT_FALSE(committed());
  EXPECT_FALSE(store_->idle());
  EXPECT_EQ(Problems(), "not_saved");
  EXPECT_EQ(Count("sluice_state_failures_total{reason=\"no_space\"}"), 1U);
  Retry();
  EXPECT_FALSE(committed());
  vfs_.Mend();
  Retry();
  EXPECT_TRUE(committed());
  EXPECT_FALSE(begun_);  // the file is the same: nothing else has to be written
  EXPECT_EQ(Problems(), "");
  Stop();
  EXPECT_EQ(Start(), model_);
}

TEST_F(FaultTest, IsTriedAgainMoreAndMoreRarely) {
  Start();
  vfs_.Fail(FaultVfs::kWrite, SQLITE_IOERR_WRITE);
  Put("a", "1");
  Write();
  const auto failures = [&] { return Count("sluice_state_failures_total{reason=\"io_error\"}"); };
  EXPECT_EQ(failures(), 1U);
  for (int i = 0; i < 600; ++i) {
    clock_.Advance(std::chrono::seconds(1));
    store_->RunOnce();
  }
  EXPECT_GE(failures(), 10U);
  EXPECT_LE(failures(), 20U);
}

// Whichever write, sync or truncation is the first that fails, and whatever it says: nothing that
// was committed is lost, and what was not follows.
TEST_F(FaultTest, EveryOperationMayFail) {
  for (const int result : {SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_READONLY}) {
    for (uint64_t after = 0;; ++after) {
      Start();
      Change(1);
      Write();
      Change(2);
      vfs_.FailAnyWrite(result, after);
      Write();
      vfs_.Mend();
      if (!committed()) Retry();
      ASSERT_TRUE(committed()) << result << " after " << after;
      if (begun_) WriteEverything();
      Change(3);
      Write();
      ASSERT_TRUE(committed());
      if (begun_) WriteEverything();
      if (after % 2 == 0) {
        Kill();
      } else {
        Stop();
      }
      ASSERT_EQ(Start(), model_) << result << " after " << after;
      Stop();
      if (!vfs_.has_failed()) {
        EXPECT_GT(after, 2U);
        break;
      }
    }
  }
}

// The same, but SIGKILL comes before the disk is mended: the last state that was committed is
// there.
TEST_F(FaultTest, EveryOperationMayFailBeforeSigkill) {
  for (uint64_t after = 0;; ++after) {
    Start();
    Change(1);
    Write();
    const Rows before = model_;
    Change(2);
    vfs_.FailAnyWrite(SQLITE_IOERR_WRITE, after);
    Write();
    const bool was_committed = committed();
    Kill();
    vfs_.Mend();
    const Rows rows = Start();
    if (was_committed) {
      ASSERT_EQ(rows, model_) << after;
    } else {
      ASSERT_TRUE(rows == before || rows == model_) << after;
    }
    model_ = rows;
    Stop();
    if (!vfs_.has_failed()) break;
  }
}

TEST_F(FaultTest, UnreadableFileIsSetAsideAtTheStart) {
  Start();
  Put("a", "1");
  Write();
  Stop();
  vfs_.Fail(FaultVfs::kRead, SQLITE_IOERR_READ);
  EXPECT_EQ(Start(), Rows{});
  vfs_.Mend();
  EXPECT_TRUE(Exists(database() + ".aside.0"));
  Put("b", "1");
  Write();
  if (!committed()) Retry();
  EXPECT_TRUE(committed());
  model_.erase("a");
  Stop();
  EXPECT_EQ(Start(), model_);
}

TEST_F(FaultTest, EveryReadMayFailAtTheStart) {
  for (uint64_t after = 0;; ++after) {
    Start();
    for (int i = 0; i < 30; ++i) Put("t" + std::to_string(i), std::string(500, 'x'));
    WriteEverything();
    Stop();
    vfs_.Fail(FaultVfs::kRead, SQLITE_IOERR_READ, after);
    const Rows rows = Start();
    vfs_.Mend();
    for (const auto& [topic, payload] : rows) ASSERT_EQ(model_.at(topic), payload);
    WriteEverything();
    if (!committed()) Retry();
    ASSERT_TRUE(committed());
    Stop();
    ASSERT_EQ(Start(), model_);
    Stop();
    if (!vfs_.has_failed()) {
      EXPECT_EQ(rows, model_);
      break;
    }
  }
}

TEST_F(FaultTest, FileThatCouldNotBeOpenedAtTheStartIsSetAsideLater) {
  Start();
  Put("old", "1");
  Write();
  Stop();
  // Another process holds it.
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(database().c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr), SQLITE_OK);
  EXPECT_EQ(Start(), Rows{});
  EXPECT_EQ(Problems(), "not_saved");
  EXPECT_EQ(Count("sluice_state_failures_total{reason=\"locked\"}"), 1U);
  sqlite3_close_v2(other);
  Put("new", "1");
  Write();
  EXPECT_TRUE(committed());
  EXPECT_TRUE(begun_);
  EXPECT_EQ(Problems(), "set_aside");
  Stop();
  EXPECT_EQ(Start(), (Rows{{"new", "1"}}));
}

TEST_F(FaultTest, RemovedWhileInUse) {
  Start();
  Put("a", "1");
  Write();
  std::filesystem::remove(database());
  Put("b", "1");
  Write();
  EXPECT_TRUE(committed());
  EXPECT_TRUE(begun_);
  WriteEverything();
  Stop();
  EXPECT_EQ(Start(), model_);
}

TEST_F(FaultTest, DirectoryIsGoneAndComesBackEmpty) {
  Start();
  Put("a", "1");
  Write();
  std::filesystem::rename(directory_.path(), directory_.path() + ".gone");
  Put("b", "1");
  Write();
  EXPECT_FALSE(committed());
  EXPECT_EQ(Problems(), "not_saved");
  std::filesystem::create_directory(directory_.path());
  Retry();
  EXPECT_TRUE(committed());
  EXPECT_TRUE(begun_);
  WriteEverything();
  Stop();
  EXPECT_EQ(Start(), model_);
  std::filesystem::remove_all(directory_.path() + ".gone");
}

TEST_F(FaultTest, DirectoryIsGoneAndComesBackAsItWas) {
  Start();
  Put("a", "1");
  Write();
  std::filesystem::rename(directory_.path(), directory_.path() + ".gone");
  Put("b", "1");
  Write();
  EXPECT_FALSE(committed());
  std::filesystem::rename(directory_.path() + ".gone", directory_.path());
  Retry();
  EXPECT_TRUE(committed());
  EXPECT_FALSE(begun_);
  Stop();
  EXPECT_EQ(Start(), model_);
}

TEST_F(FaultTest, PageThatGoesBadWhileInUseCostsNothing) {
  Start();
  for (int i = 0; i < 60; ++i) Put("t" + std::to_string(i), std::string(300, 'x'));
  Write();
  Stop();
  ASSERT_EQ(Start(), model_);
  std::string file = ReadFile(database());
  file[2 * 4096] = '\x7F';
  WriteFile(database(), file);
  // The damage is met sooner or later; from then on everything is written again.
  vfs_.Fail(FaultVfs::kWrite, SQLITE_IOERR_WRITE);
  Put("a", "1");
  Write();
  vfs_.Mend();
  Retry();
  EXPECT_TRUE(committed());
  EXPECT_TRUE(begun_);
  EXPECT_EQ(Problems(), "set_aside");
  WriteEverything();
  Stop();
  EXPECT_EQ(Start(), model_);
}

}  // namespace
}  // namespace sluice::state
