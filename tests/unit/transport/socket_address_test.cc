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

TEST(SocketAddressTest, LinkLocalAddressHasItsLink) {
  const auto address = ParseSocketAddress("[fe80::1%lo]:1883");
  ASSERT_TRUE(address.ok());
  EXPECT_EQ(FormatSocketAddress(*address), "[fe80::1%lo]:1883");
  EXPECT_FALSE(ParseSocketAddress("[fe80::1%no-such-link]:1883").ok());
  EXPECT_FALSE(ParseSocketAddress("[fe80::1%]:1883").ok());
}

TEST(SocketAddressTest, Ipv4IsWrittenAsWhatItIs) {
  EXPECT_EQ(FormatSocketAddress(*ParseSocketAddress("[::ffff:192.0.2.7]:1")), "192.0.2.7:1");
}

TEST(SocketAddressTest, UsersOfThisMachineAreSources) {
  EXPECT_EQ(FormatSource(SourceOfUser(0)), "uid 0");
  EXPECT_EQ(FormatSource(SourceOfUser(4'000'000'000)), "uid 4000000000");
  EXPECT_NE(SourceOfUser(1), SourceOfUser(2));
}

TEST(SocketAddressTest, SourceIsAnAddressOrANetwork) {
  const auto source = [](const char* text) { return SourceOf(*ParseSocketAddress(text)); };
  EXPECT_EQ(FormatSource(source("192.0.2.7:1")), "192.0.2.7");
  EXPECT_EQ(FormatSource(source("[2001:db8:0:5:6::7]:1")), "2001:db8:0:5::/64");
  EXPECT_EQ(source("192.0.2.7:1"), source("192.0.2.7:2"));
  EXPECT_NE(source("192.0.2.7:1"), source("192.0.2.8:1"));
  EXPECT_EQ(source("192.0.2.7:1"), source("[::ffff:192.0.2.7]:1"));
  EXPECT_EQ(source("[2001:db8::1]:1"), source("[2001:db8::2]:1"));
  EXPECT_NE(source("[2001:db8::1]:1"), source("[2001:db8:0:1::1]:1"));
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
