#include "transport/listener.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "loopback.h"
#include "transport/socket_address.h"

namespace sluice::transport {
namespace {

// Takes every descriptor that this process may have, until it is gone.
class NoDescriptors {
 public:
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit low{std::min<rlim_t>(before_.rlim_cur, 256), before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &low);
    while (true) {
      const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
      if (fd < 0) break;
      taken_.push_back(fd);
    }
  }
  ~NoDescriptors() {
    for (const int fd : taken_) close(fd);
    setrlimit(RLIMIT_NOFILE, &before_);
  }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

class ListenerTest : public LoopbackTest {
 protected:
  Status Refusal(const std::string& bind) {
    return Listener::Open(loop_, {.bind = bind}, metrics_, [](auto) {}).status();
  }
};

TEST_F(ListenerTest, PortZeroBecomesAFreePort) {
  Listen();
  EXPECT_NE(listener_->port(), 0);
  EXPECT_EQ(listener_->address(), "127.0.0.1:" + std::to_string(listener_->port()));
}

TEST_F(ListenerTest, Ipv6IsServed) {
  Listen({.bind = "[::1]:0"});
  ConnectPair();
  EXPECT_THAT(server().stream->peer().address, testing::StartsWith("[::1]:"));
}

TEST_F(ListenerTest, PortInUseIsNamed) {
  Listen();
  const Status refusal = Refusal(listener_->address());
  EXPECT_EQ(refusal.code(), StatusCode::kIoError);
  EXPECT_THAT(refusal.message(), testing::HasSubstr(listener_->address()));
}

TEST_F(ListenerTest, NameIsNoAddress) {
  EXPECT_EQ(Refusal("gateway.local:8883").code(), StatusCode::kInvalidArgument);
}

TEST_F(ListenerTest, StreamsOutliveTheListener) {
  echo_ = true;
  Listen();
  ConnectPair();
  listener_.reset();
  client().stream->Write(AsBytes("still here"));
  RunUntil([&] { return client().recorder.received == "still here"; });
}

TEST_F(ListenerTest, ClosedListenerAcceptsNoMore) {
  Listen();
  const std::string address = listener_->address();
  listener_.reset();
  RunTwice();
  std::optional<Status> outcome;
  const auto connector = Connector::Connect(loop_, {.address = address},
                                            [&](auto result) { outcome = result.status(); });
  RunUntil([&] { return outcome.has_value(); });
  EXPECT_EQ(outcome->code(), StatusCode::kUnavailable);
}

// libuv accepts them with a descriptor that it keeps for that, and closes them: they do not hang,
// and the loop does not spin.
TEST_F(ListenerTest, NewcomersAreClosedWhenThereAreNoDescriptors) {
  Listen();
  ConnectPair();
  // A socket of the kernel's: the sanitizer needs descriptors to look at streams.
  const int newcomer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_storage address = *ParseSocketAddress(listener_->address());
  ASSERT_EQ(connect(newcomer, reinterpret_cast<const sockaddr*>(&address), sizeof(sockaddr_in)), 0);
  char byte = 0;
  ssize_t got = -1;
  {
    const NoDescriptors none;
    RunUntil([&] { return (got = recv(newcomer, &byte, 1, MSG_DONTWAIT)) >= 0; });
  }
  EXPECT_EQ(got, 0) << "it is told that it is over";
  close(newcomer);
  EXPECT_EQ(accepted_.size(), 1u);
  ConnectPair();
  EXPECT_EQ(accepted_.size(), 2u);
}

TEST_F(ListenerTest, NumbersCarryTheListenersName) {
  Listen({.metric_label = "devices"});
  ConnectPair();
  EXPECT_THAT(metrics_.PrometheusText(),
              testing::HasSubstr("sluice_listener_accepted_total{listener=\"devices\"} 1"));
}

TEST_F(ListenerTest, BadAddressToConnectToIsReportedLater) {
  std::optional<Status> outcome;
  const auto connector = Connector::Connect(loop_, {.address = "nowhere"},
                                            [&](auto result) { outcome = result.status(); });
  EXPECT_FALSE(outcome);
  RunUntil([&] { return outcome.has_value(); });
  EXPECT_EQ(outcome->code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sluice::transport
