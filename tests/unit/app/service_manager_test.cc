#include "app/service_manager.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "support/temporary_directory.h"

namespace sluice::app {
namespace {

using std::chrono::milliseconds;

// The service manager's end of the socket.
class ServiceManagerTest : public ::testing::Test {
 protected:
  ~ServiceManagerTest() override { ::close(fd_); }

  void ListenOn(const std::string& name) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    ASSERT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), length), 0);
  }
  std::string Received() {
    char buffer[64];
    const ssize_t length = ::recv(fd_, buffer, sizeof(buffer), MSG_DONTWAIT);
    return length < 0 ? "nothing" : std::string(buffer, static_cast<size_t>(length));
  }

  test::TemporaryDirectory directory_;
  const int fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

TEST_F(ServiceManagerTest, MessagesArriveAtAPath) {
  const std::string path = directory_.path() + "/notify";
  ListenOn(path);
  const ServiceManager manager(path, "");
  manager.Ready();
  manager.Alive();
  manager.Stopping();
  EXPECT_EQ(Received(), "READY=1");
  EXPECT_EQ(Received(), "WATCHDOG=1");
  EXPECT_EQ(Received(), "STOPPING=1");
  EXPECT_EQ(Received(), "nothing");
}

TEST_F(ServiceManagerTest, MessagesArriveAtAnAbstractName) {
  const std::string name = "@sluice-test-" + std::to_string(::getpid());
  ListenOn(name);
  ServiceManager(name, "").Ready();
  EXPECT_EQ(Received(), "READY=1");
}

TEST_F(ServiceManagerTest, NobodyListeningIsSurvived) {
  ServiceManager("", "").Ready();
  ServiceManager(directory_.path() + "/gone", "").Ready();
  ServiceManager(std::string(200, 'x'), "").Ready();
  EXPECT_EQ(Received(), "nothing");
}

TEST(ServiceManagerHeartbeat, IsHalfTheWatchdog) {
  EXPECT_EQ(ServiceManager("/run/x", "30000000").heartbeat(), milliseconds(15000));
}

TEST(ServiceManagerHeartbeat, IsAbsentWithoutAWatchdog) {
  for (const char* usec : {"", "0", "soon", "30s", "-1", "99999999999999999999"}) {
    EXPECT_EQ(ServiceManager("/run/x", usec).heartbeat(), std::nullopt) << usec;
  }
  EXPECT_EQ(ServiceManager("", "30000000").heartbeat(), std::nullopt);
}

}  // namespace
}  // namespace sluice::app
