#include "transport/listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loopback.h"

namespace sluice::transport {
namespace {

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
