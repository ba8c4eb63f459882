#include "transport/socket_address.h"

#include <gtest/gtest.h>

namespace sluice::transport {
namespace {

TEST(SocketAddressTest, GoodOnesComeBackAsWritten) {
  for (const auto* text : {"127.0.0.1:8883", "0.0.0.0:0", "[::1]:1883", "[2001:db8::7]:65535"}) {
    const auto address = ParseSocketAddress(text);
    ASSERT_TRUE(address.ok()) << text;
    EXPECT_EQ(FormatSocketAddress(*address), text);
  }
}

TEST(SocketAddressTest, LocalhostNeedsNoLookup) {
  EXPECT_EQ(FormatSocketAddress(*ParseSocketAddress("localhost:1")), "127.0.0.1:1");
}

TEST(SocketAddressTest, OthersAreRefusedWithAnExplanation) {
  for (const auto* text : {"", ":", "8883", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
                           "127.0.0.1:65536", "127.0.0.1:-1", "::1:80", "[::1]", "[::1:80", "[]:80",
                           "example.com:80", "1.2.3:80", "[127.0.0.1]:80"}) {
    const auto address = ParseSocketAddress(text);
    ASSERT_FALSE(address.ok()) << text;
    EXPECT_NE(address.status().message().find("ADDRESS:PORT"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace sluice::transport
