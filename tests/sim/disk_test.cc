#include "sim/disk.h"

#include <gtest/gtest.h>

#include <array>

namespace sluice::sim {
namespace {

using std::chrono::minutes;

constexpr char kPath[] = "/data/a.seg";

// A medium with the troubles that a test asks for, and one process on it.
class DiskTest : public testing::Test {
 protected:
  void Begin(std::initializer_list<Trouble> troubles = {}, double rate = 1) {
    for (const Trouble trouble : troubles) {
      plan_.troubles.set(static_cast<size_t>(trouble));
      plan_.rates[static_cast<size_t>(trouble)] = rate;
    }
    scene_ = std::make_unique<Scene>(plan_);
    disk_ = std::make_unique<Disk>(*scene_);
    env_ = disk_->Mount();
  }
  void End(Witness::End how) {
    disk_->EndProcess(how);
    file_.reset();
    env_ = disk_->Mount();
  }
  Status MakeDirectory() {
    SLUICE_RETURN_IF_ERROR(env_->CreateDirectories("/data"));
    return env_->SyncDirectory("/");
  }
  Status Write(uint64_t offset, Token token) {
    auto file = env_->OpenWritable(kPath);
    SLUICE_RETURN_IF_ERROR(file.status());
    file_ = std::move(*file);
    return file_->WriteAt(offset, AsBytes(TokenText(token)));
  }
  Status WriteSynced(uint64_t offset, Token token) {
    SLUICE_RETURN_IF_ERROR(Write(offset, token));
    SLUICE_RETURN_IF_ERROR(file_->Sync());
    return env_->SyncDirectory("/data");
  }
  std::string Content() const {
    std::string bytes(disk_->medium().FileSize(kPath).value(), '\0');
    const auto file = disk_->medium().OpenReadable(kPath).value();
    static_cast<void>(file->ReadAt(0, bytes.size(), reinterpret_cast<uint8_t*>(bytes.data())).ok());
    return bytes;
  }

  Plan plan_;
  std::unique_ptr<Scene> scene_;
  std::unique_ptr<Disk> disk_;
  std::unique_ptr<Env> env_;
  std::unique_ptr<WritableFile> file_;
};

TEST_F(DiskTest, APowerCutTakesWhatIsNotSyncedAndSigkillDoesNot) {
  Begin();
  ASSERT_TRUE(MakeDirectory().ok());
  ASSERT_TRUE(WriteSynced(0, 1).ok());
  ASSERT_TRUE(Write(kTokenChars, 2).ok());
  EXPECT_TRUE(disk_->IsDurable(1));
  EXPECT_FALSE(disk_->IsDurable(2));
  End(Witness::End::kKill);
  EXPECT_EQ(Content(), TokenText(1) + TokenText(2));
  End(Witness::End::kPowerCut);
  // The sectors of what was not synced survive or not; what was synced does.
  EXPECT_TRUE(Content().starts_with(TokenText(1)));
  EXPECT_TRUE(disk_->IsDurable(1));
  EXPECT_EQ(disk_->IsDurable(2), Content() == TokenText(1) + TokenText(2));
}

TEST_F(DiskTest, AnEndedProcessChangesNothing) {
  Begin();
  ASSERT_TRUE(MakeDirectory().ok());
  ASSERT_TRUE(WriteSynced(0, 1).ok());
  const std::unique_ptr<Env> ended = std::move(env_);
  disk_->EndProcess(Witness::End::kKill);
  env_ = disk_->Mount();
  EXPECT_FALSE(file_->WriteAt(0, AsBytes(TokenText(2))).ok());
  EXPECT_FALSE(file_->Truncate(0).ok());
  EXPECT_FALSE(file_->Sync().ok());
  EXPECT_FALSE(ended->Remove(kPath).ok());
  EXPECT_FALSE(ended->Rename(kPath, "/data/b").ok());
  EXPECT_FALSE(ended->OpenWritable("/data/c").ok());
  EXPECT_EQ(Content(), TokenText(1));
  EXPECT_TRUE(WriteSynced(0, 3).ok());  // the next one does
}

TEST_F(DiskTest, DiesAfterSoManyOperations) {
  Begin();
  ASSERT_TRUE(MakeDirectory().ok());
  ASSERT_TRUE(WriteSynced(0, 1).ok());
  disk_->DieAfter(1);
  EXPECT_TRUE(file_->WriteAt(0, AsBytes(TokenText(2))).ok());
  EXPECT_FALSE(disk_->died());
  EXPECT_FALSE(file_->Sync().ok());
  EXPECT_TRUE(disk_->died());
  EXPECT_FALSE(file_->WriteAt(0, AsBytes(TokenText(3))).ok());
  EXPECT_FALSE(env_->Remove(kPath).ok());
  EXPECT_FALSE(disk_->IsDurable(2));
  EXPECT_EQ(Content(), TokenText(2));
  End(Witness::End::kKill);
  EXPECT_FALSE(disk_->died());
  EXPECT_TRUE(WriteSynced(0, 4).ok());
}

TEST_F(DiskTest, AFailedSyncLosesWhatLaterOnesDoNotSave) {
  Begin({Trouble::kSyncErrors}, 1e9);
  ASSERT_TRUE(MakeDirectory().ok());
  ASSERT_FALSE(WriteSynced(0, 1).ok());
  disk_->Mend();
  scene_->BeginCalm();
  ASSERT_TRUE(file_->Sync().ok());
  ASSERT_TRUE(env_->SyncDirectory("/data").ok());
  EXPECT_FALSE(disk_->IsDurable(1));
  EXPECT_EQ(scene_->situations.Times("disk: a sync fails"), 1U);
  EXPECT_TRUE(WriteSynced(kTokenChars, 2).ok());
  EXPECT_TRUE(disk_->IsDurable(2));
}

TEST_F(DiskTest, AFailedWriteIsHalfWritten) {
  Begin({Trouble::kWriteErrors}, 1e9);
  ASSERT_TRUE(MakeDirectory().ok());
  ASSERT_FALSE(Write(0, 1).ok());
  EXPECT_EQ(Content(), TokenText(1).substr(0, kTokenChars / 2));
}

TEST_F(DiskTest, TooManyOpenFilesAndFailingReadsPass) {
  Begin({Trouble::kOpenErrors, Trouble::kReadErrors}, 1e9);
  EXPECT_EQ(env_->OpenReadable(kPath).status().code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(disk_->MayRefuse(Status::Ok()));
  scene_->BeginCalm();
  ASSERT_TRUE(MakeDirectory().ok());
  ASSERT_TRUE(WriteSynced(0, 1).ok());
  const auto file = env_->OpenReadable(kPath).value();
  std::array<uint8_t, kTokenChars> bytes;
  EXPECT_EQ(file->ReadAt(0, bytes.size(), bytes.data()).value(), bytes.size());
}

TEST_F(DiskTest, IsFullForAWhile) {
  Begin({Trouble::kFullDisk});
  ASSERT_TRUE(MakeDirectory().ok());
  const std::string much(200 << 10, 'x');
  bool was_full = false;
  for (int second = 0; second < 1200 && !was_full; ++second) {
    scene_->scheduler.Advance(std::chrono::seconds(1));
    ASSERT_TRUE(Write(0, 1).ok() || disk_->medium().FreeBytes("/").value() < kTokenChars);
    const Status status = file_->WriteAt(0, AsBytes(much));
    was_full = status.code() == StatusCode::kNoSpace;
    ASSERT_TRUE(file_->Truncate(0).ok());
  }
  EXPECT_TRUE(was_full);
  scene_->BeginCalm();
  disk_->Mend();
  EXPECT_TRUE(file_->WriteAt(0, AsBytes(much)).ok());
}

TEST_F(DiskTest, RotsAndLosesPagesWithoutEnd) {
  Begin({Trouble::kRot, Trouble::kBadPages});
  ASSERT_TRUE(MakeDirectory().ok());
  ASSERT_TRUE(WriteSynced(0, 1).ok());
  scene_->scheduler.Advance(minutes(60));
  EXPECT_GT(disk_->damages(), 0U);
  const uint64_t damages = disk_->damages();
  scene_->BeginCalm();
  disk_->Mend();
  EXPECT_NE(Content(), TokenText(1));
  scene_->scheduler.Advance(minutes(60));
  EXPECT_EQ(disk_->damages(), damages);
}

}  // namespace
}  // namespace sluice::sim
