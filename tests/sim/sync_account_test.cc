#include "sim/sync_account.h"

#include <gtest/gtest.h>

namespace sluice::sim {
namespace {

class SyncAccountTest : public testing::Test {
 protected:
  void Write(const std::string& path, Token token) {
    file_ = account_.Open(path);
    account_.Written(file_, 0, AsBytes("record " + TokenText(token)));
  }

  test::MemoryEnv env_;
  SyncAccount account_{env_};
  SyncAccount::FileId file_ = 0;
};

TEST_F(SyncAccountTest, NeitherContentNorNameAloneIsEnough) {
  Write("/data/a.seg", 1);
  account_.DirectorySynced("/data");
  EXPECT_FALSE(account_.IsDurable(1));
  account_.Synced(file_);
  EXPECT_TRUE(account_.IsDurable(1));
  Write("/data/b.seg", 2);
  account_.Synced(file_);
  EXPECT_FALSE(account_.IsDurable(2));
  account_.DirectorySynced("/other");
  EXPECT_FALSE(account_.IsDurable(2));
  account_.DirectorySynced("/data");
  EXPECT_TRUE(account_.IsDurable(2));
}

TEST_F(SyncAccountTest, NoLaterSyncSavesWhatOneHasLost) {
  Write("/data/a.seg", 1);
  account_.DirectorySynced("/data");
  account_.SyncFailed(file_);
  account_.Synced(file_);
  EXPECT_FALSE(account_.IsDurable(1));
}

TEST_F(SyncAccountTest, NoSyncSavesWhatIsCutOff) {
  Write("/data/a.seg", 1);
  account_.DirectorySynced("/data");
  account_.Written(file_, 100, AsBytes(TokenText(2)));
  account_.Truncated(file_, 100);
  account_.Synced(file_);
  EXPECT_TRUE(account_.IsDurable(1));
  EXPECT_FALSE(account_.IsDurable(2));
  account_.Truncated(file_, 0);  // what was synced counts on
  EXPECT_TRUE(account_.IsDurable(1));
}

TEST_F(SyncAccountTest, AnEventSaysThatItIsAReplay) {
  for (const char* const path : {"/data/streams/dead-letters/a.seg", "/data/streams/ring/a.seg"}) {
    EXPECT_FALSE(account_.IsReplayDurable(12)) << path;
    file_ = account_.Open(path);
    account_.Written(file_, 0, AsBytes(std::string_view("replay_of gw/dead-letters/12\0 7", 31)));
    account_.DirectorySynced("/data/streams/dead-letters");
    account_.DirectorySynced("/data/streams/ring");
    EXPECT_FALSE(account_.IsReplayDurable(12)) << path;
    account_.Synced(file_);
  }
  EXPECT_TRUE(account_.IsReplayDurable(12));
  EXPECT_FALSE(account_.IsReplayDurable(1));
}

TEST_F(SyncAccountTest, RenamedFilesNeedTheirDirectorySyncedAgain) {
  Write("/data/a.seg.new", 1);
  account_.Synced(file_);
  account_.Renamed("/data/a.seg.new", "/data/a.seg");
  EXPECT_FALSE(account_.IsDurable(1));
  account_.DirectorySynced("/data");
  EXPECT_TRUE(account_.IsDurable(1));
}

TEST_F(SyncAccountTest, APowerCutLeavesWhatIsThere) {
  Write("/data/a.seg", 1);
  account_.Synced(file_);
  env_.SetContent("/data/b.seg", TokenText(2));
  account_.Recount();
  EXPECT_FALSE(account_.IsDurable(1));
  EXPECT_TRUE(account_.IsDurable(2));
}

}  // namespace
}  // namespace sluice::sim
