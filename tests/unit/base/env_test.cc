#include "base/env.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/temporary_directory.h"

namespace sluice {
namespace {

class EnvTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, std::string_view text) {
    auto file = env_.OpenWritable(directory_.File(name));
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->WriteAt(0, AsBytes(text)).ok());
    ASSERT_TRUE((*file)->Sync().ok());
  }
  std::string Read(const std::string& name) {
    return ReadFileToString(env_, directory_.File(name), 1 << 20).value();
  }

  Env& env_ = Env::Posix();
  test::TemporaryDirectory directory_;
};

TEST_F(EnvTest, WrittenBytesReadBack) {
  Write("a", "hello");
  EXPECT_EQ(Read("a"), "hello");
  EXPECT_EQ(env_.FileSize(directory_.File("a")).value(), 5u);
}

TEST_F(EnvTest, OpeningForWritingKeepsWhatIsThere) {
  Write("a", "hello");
  Write("a", "J");
  EXPECT_EQ(Read("a"), "Jello");
}

TEST_F(EnvTest, MissingFileIsNotFoundAndNamed) {
  const auto file = env_.OpenReadable(directory_.File("absent"));
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.status().code(), StatusCode::kNotFound);
  EXPECT_NE(file.status().message().find("absent"), std::string::npos);
}

TEST_F(EnvTest, AllocateKeepsTheSize) {
  auto file = env_.OpenWritable(directory_.File("a"));
  ASSERT_TRUE((*file)->Allocate(1 << 16).ok());
  EXPECT_EQ(env_.FileSize(directory_.File("a")).value(), 0u);
}

TEST_F(EnvTest, ListIsSortedAndComplete) {
  Write("b", "");
  Write("a", "");
  EXPECT_EQ(env_.List(directory_.path()).value(), (std::vector<std::string>{"a", "b"}));
}

TEST_F(EnvTest, CreatesDirectoriesOnTheWay) {
  const std::string deep = directory_.File("x/y/z");
  ASSERT_TRUE(env_.CreateDirectories(deep).ok());
  ASSERT_TRUE(env_.CreateDirectories(deep).ok());
  EXPECT_TRUE(env_.Exists(deep));
}

TEST_F(EnvTest, FileOverTheLimitIsRefused) {
  Write("a", "12345");
  EXPECT_EQ(ReadFileToString(env_, directory_.File("a"), 4).status().code(),
            StatusCode::kResourceExhausted);
  EXPECT_TRUE(ReadFileToString(env_, directory_.File("a"), 5).ok());
}

TEST_F(EnvTest, AtomicWriteReplacesAndLeavesNoTemporary) {
  Write("a", "old and long");
  ASSERT_TRUE(WriteFileAtomically(env_, directory_.File("a"), AsBytes("new")).ok());
  EXPECT_EQ(Read("a"), "new");
  EXPECT_EQ(env_.List(directory_.path()).value(), std::vector<std::string>{"a"});
}

TEST_F(EnvTest, SecondHolderOfALockIsToldWhoHoldsIt) {
  const std::string path = directory_.File("lock");
  const auto held = env_.Lock(path);
  ASSERT_TRUE(held.ok());
  const auto second = env_.Lock(path);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().code(), StatusCode::kUnavailable);
  EXPECT_NE(second.status().message().find(std::to_string(::getpid())), std::string::npos);
}

TEST_F(EnvTest, LockIsFreeAfterItsHolderIsGone) {
  const std::string path = directory_.File("lock");
  { ASSERT_TRUE(env_.Lock(path).ok()); }
  EXPECT_TRUE(env_.Lock(path).ok());
}

TEST_F(EnvTest, WhatIsNoRegularFileIsRefusedAtOnce) {
  ASSERT_EQ(::mkfifo(directory_.File("fifo").c_str(), 0600), 0);
  ASSERT_EQ(::symlink("loop", directory_.File("loop").c_str()), 0);
  ASSERT_TRUE(env_.CreateDirectories(directory_.File("directory")).ok());
  for (const std::string& path : {directory_.File("fifo"), directory_.File("loop"),
                                  directory_.File("directory"), std::string("/dev/null")}) {
    EXPECT_EQ(env_.OpenReadable(path).status().code(), StatusCode::kIoError) << path;
    EXPECT_EQ(env_.OpenWritable(path).status().code(), StatusCode::kIoError) << path;
    EXPECT_EQ(env_.Lock(path).status().code(), StatusCode::kIoError) << path;
  }
}

TEST_F(EnvTest, FileInTheWayOfADirectoryIsTold) {
  Write("a", "hello");
  EXPECT_EQ(env_.CreateDirectories(directory_.File("a")).code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(CreateDurableDirectories(env_, directory_.File("a/b")).code(),
            StatusCode::kAlreadyExists);
}

TEST_F(EnvTest, LinkIsASecondName) {
  Write("a", "hello");
  Write("b", "other");
  EXPECT_EQ(env_.Link(directory_.File("a"), directory_.File("b")).code(),
            StatusCode::kAlreadyExists);
  ASSERT_TRUE(env_.Link(directory_.File("a"), directory_.File("c")).ok());
  ASSERT_TRUE(env_.Remove(directory_.File("a")).ok());
  EXPECT_EQ(Read("c"), "hello");
}

TEST_F(EnvTest, DurableDirectoriesAreMadeWithTheirParents) {
  const std::string path = directory_.File("x/y/z");
  ASSERT_TRUE(CreateDurableDirectories(env_, path).ok());
  ASSERT_TRUE(CreateDurableDirectories(env_, path).ok());
  EXPECT_TRUE(env_.List(path).ok());
}

}  // namespace
}  // namespace sluice
