#include "sim/sync_account.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "journal/block_packer.h"
#include "journal/record_format.h"

namespace sluice::sim {
namespace {

class SyncAccountTest : public testing::Test {
 protected:
  void Write(const std::string& path, Token token) {
    file_ = account_.Open(path);
    account_.Written(file_, 0, AsBytes("record " + TokenText(token)));
  }

  // As the journal writes these readings together, packed.
  std::string Packed(Token first, Token end) {
    std::vector<uint8_t> records;
    for (Token token = first; token < end; ++token) {
      const std::string event = std::string(100, '.') + TokenText(token) + std::string(100, '.');
      records.resize(records.size() + journal::RecordBytes(event.size()));
      uint8_t* const at = records.data() + records.size() - journal::RecordBytes(event.size());
      journal::EncodeEvent(at, kStreamId, token, 0, AsBytes(event));
    }
    std::string stored;
    for (ByteSpan rest = records; !rest.empty();)
      stored += AsText(packer_.Pack(&rest, packed_bytes_ + stored.size()));
    packed_bytes_ += stored.size();
    return stored;
  }
  size_t Durable(Token first, Token end) const {
    size_t durable = 0;
    for (Token token = first; token < end; ++token) durable += account_.IsDurable(token) ? 1 : 0;
    return durable;
  }

  static constexpr uint64_t kStreamId = 7;
  test::MemoryEnv env_;
  journal::BlockPacker packer_{kStreamId};
  size_t packed_bytes_ = 0;
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

TEST_F(SyncAccountTest, ReadsWhatIsPackedWithWhatWasWrittenBefore) {
  const std::string head = Packed(1, 6), tail = Packed(6, 20);
  ASSERT_EQ(tail.find(TokenText(19)), tail.npos);
  file_ = account_.Open("/data/streams/telemetry/0.seg");
  account_.DirectorySynced("/data/streams/telemetry");
  account_.Written(file_, 0, AsBytes(head));
  account_.Synced(file_);
  EXPECT_EQ(Durable(1, 20), 5U);
  account_.Written(file_, head.size(), AsBytes(tail));
  EXPECT_EQ(Durable(1, 20), 5U);
  account_.SyncFailed(file_);
  account_.Synced(file_);
  EXPECT_EQ(Durable(1, 20), 5U);
  account_.Written(file_, head.size(), AsBytes(tail));  // once more, in its place
  account_.Synced(file_);
  EXPECT_EQ(Durable(1, 20), 19U);
}

TEST_F(SyncAccountTest, HalfABlockIsNoReading) {
  const std::string bytes = Packed(1, 20);
  file_ = account_.Open("/data/streams/telemetry/0.seg");
  account_.DirectorySynced("/data/streams/telemetry");
  account_.Written(file_, 0, AsBytes(bytes).first(bytes.size() / 2));
  account_.Synced(file_);
  EXPECT_EQ(Durable(2, 20), 0U);
}

TEST_F(SyncAccountTest, APowerCutLeavesWhatIsPacked) {
  env_.SetContent("/data/streams/telemetry/0.seg", std::string(64, '\0') + Packed(1, 20));
  account_.Recount();
  EXPECT_EQ(Durable(1, 20), 19U);
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
