#include "transport/unix_socket.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "loopback.h"
#include "support/temporary_directory.h"

namespace sluice::transport {
namespace {

class UnixSocketTest : public LoopbackTest {
 protected:
  Status ListenHere() {
    ListenerOptions options;
    options.bind = Address();
    return Listener::Open(loop_, options, metrics_, [](auto) {}).status();
  }
  std::string Address() const { return "unix:" + path_; }
  // What a process that was killed leaves: a socket that nobody listens at.
  void LeaveStaleFile() {
    auto dead = UnixSocketFile::Bind(Address(), 0660);
    ASSERT_TRUE(dead.ok()) << dead.status().ToString();
    std::filesystem::rename(path_, path_ + ".kept");
    dead->reset();
    std::filesystem::rename(path_ + ".kept", path_);
  }

  const test::TemporaryDirectory directory_;
  std::string path_ = directory_.File("control.sock");
};

TEST_F(UnixSocketTest, BytesGoBothWays) {
  echo_ = true;
  Listen({.bind = Address()});
  ConnectPair();
  client().stream->Write(AsBytes("hello"));
  RunUntil([&] { return client().recorder.received == "hello"; });
  const PeerInfo& peer = server().stream->peer();
  EXPECT_EQ(peer.address,
            "process " + std::to_string(::getpid()) + " of uid " + std::to_string(::getuid()));
  EXPECT_EQ(FormatSource(peer.source), "uid " + std::to_string(::getuid()));
  EXPECT_TRUE(peer.is_local);
  EXPECT_FALSE(server().stream->peer_has_left());
  client().stream.reset();
  RunUntil([&] { return server().recorder.closed.has_value(); });
}

TEST_F(UnixSocketTest, FileIsForUserAndGroupAndGoesWithTheListener) {
  Listen({.bind = Address()});
  struct stat file {};
  ASSERT_EQ(::stat(path_.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 07777, 0660u);
  EXPECT_EQ(file.st_gid, ::getegid());
  listener_.reset();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(UnixSocketTest, FileHasTheModeThatIsAskedFor) {
  Listen({.bind = Address(), .socket_mode = 0606});
  struct stat file {};
  ASSERT_EQ(::stat(path_.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 07777, 0606u);
}

TEST_F(UnixSocketTest, PathMayBeLongerThanTheKernelTakes) {
  std::string deep = directory_.path();
  while (deep.size() < 300) deep += "/a-directory-with-a-long-name";
  std::filesystem::create_directories(deep);
  path_ = deep + "/control.sock";
  echo_ = true;
  Listen({.bind = Address()});
  EXPECT_TRUE(std::filesystem::is_socket(path_));
  ConnectPair();
  client().stream->Write(AsBytes("hello"));
  RunUntil([&] { return client().recorder.received == "hello"; });
  listener_.reset();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(UnixSocketTest, PeerThatLeavesIsNoticedUnread) {
  Listen({.bind = Address()});
  ConnectPair();
  server().stream->PauseReading();
  EXPECT_FALSE(server().stream->peer_has_left());
  client().stream.reset();
  RunTwice();
  EXPECT_TRUE(server().stream->peer_has_left());
}

TEST_F(UnixSocketTest, PeerThatDoesNotReadIsClosedAtTheLimit) {
  ListenerOptions options{.bind = Address()};
  options.limits.max_output_bytes = 1024 * 1024;
  Listen(options);
  ConnectPair();
  client().stream->PauseReading();
  const std::string much(64 * 1024, 'x');
  for (int i = 0; i < 100 && !server().recorder.closed; ++i) {
    server().stream->Write(AsBytes(much));
    RunTwice();
  }
  ASSERT_TRUE(server().recorder.closed.has_value());
  EXPECT_EQ(server().recorder.closed->code(), StatusCode::kResourceExhausted);
}

TEST_F(UnixSocketTest, StaleFileIsReplaced) {
  LeaveStaleFile();
  ASSERT_TRUE(std::filesystem::is_socket(path_));
  Listen({.bind = Address()});
  ConnectPair();
}

TEST_F(UnixSocketTest, PlaceOfTheLivingIsNotTaken) {
  Listen({.bind = Address()});
  const Status second = ListenHere();
  EXPECT_FALSE(second.ok());
  EXPECT_NE(second.message().find("in use"), std::string::npos) << second.ToString();
  ConnectPair();
}

TEST_F(UnixSocketTest, OtherFilesAreLeftAlone) {
  std::ofstream(path_) << "mine";
  EXPECT_FALSE(ListenHere().ok());
  EXPECT_TRUE(std::filesystem::is_regular_file(path_));
  std::filesystem::remove(path_);
  std::filesystem::create_symlink(directory_.File("elsewhere"), path_);
  EXPECT_FALSE(ListenHere().ok());
  EXPECT_TRUE(std::filesystem::is_symlink(path_));
}

TEST_F(UnixSocketTest, FileThatIsAnothersByNowStays) {
  Listen({.bind = Address()});
  std::filesystem::remove(path_);
  std::ofstream(path_) << "another's";
  listener_.reset();
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(UnixSocketTest, DirectoryThatIsGoneIsSaid) {
  path_ = directory_.File("gone/control.sock");
  const Status refused = ListenHere();
  EXPECT_NE(refused.message().find("gone"), std::string::npos) << refused.ToString();
  std::filesystem::create_directory(directory_.File("gone"));
  Listen({.bind = Address()});
  std::filesystem::remove_all(directory_.File("gone"));
  listener_.reset();
}

TEST_F(UnixSocketTest, NameThatNoFileCanHaveIsRefused) {
  for (const std::string& name : {std::string(), std::string(200, 'a'), std::string("a\0b", 3)}) {
    path_ = directory_.path() + "/" + name;
    EXPECT_FALSE(ListenHere().ok());
  }
}

}  // namespace
}  // namespace sluice::transport
