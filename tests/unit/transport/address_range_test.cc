#include "transport/address_range.h"

#include <gtest/gtest.h>

#include "transport/socket_address.h"

namespace sluice::transport {
namespace {

bool Contains(const char* range, const std::string& host) {
  const auto parsed = AddressRange::Parse(range);
  EXPECT_TRUE(parsed.ok()) << parsed.status().ToString();
  return parsed.ok() && (*parsed).Contains(*ParseSocketAddress(host + ":1"));
}

TEST(AddressRange, HoldsWhatBeginsAlike) {
  EXPECT_TRUE(Contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(Contains("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(Contains("10.1.128.0/17", "10.1.255.1"));
  EXPECT_FALSE(Contains("10.1.128.0/17", "10.1.127.1"));
  EXPECT_TRUE(Contains("2001:db8::/32", "[2001:db8:1::1]"));
  EXPECT_FALSE(Contains("2001:db8::/32", "[2001:db9::1]"));
  EXPECT_TRUE(Contains("0.0.0.0/0", "192.0.2.7"));
  EXPECT_FALSE(Contains("0.0.0.0/0", "[2001:db8::1]"));
  EXPECT_TRUE(Contains("::/0", "[2001:db8::1]"));
}

TEST(AddressRange, OneAddressIsARange) {
  EXPECT_TRUE(Contains("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(Contains("192.0.2.7", "192.0.2.8"));
  EXPECT_TRUE(Contains("::1", "[::1]"));
  EXPECT_TRUE(Contains("192.0.2.7/32", "192.0.2.7"));
}

TEST(AddressRange, Ipv4IsTheSameThroughAnIpv6Socket) {
  EXPECT_TRUE(Contains("10.0.0.0/8", "[::ffff:10.1.2.3]"));
  EXPECT_TRUE(Contains("::ffff:10.1.2.3", "10.1.2.3"));
}

TEST(AddressRange, RefusesWhatIsNone) {
  for (const char* text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8 ", "10.0.0/8", "localhost",
        "::/129", "10.0.0.0:1", "[::1]", "10.0.0.1/8", "2001:db8::1/64", "10.0.0.0/4294967295"}) {
    EXPECT_FALSE(AddressRange::Parse(text).ok()) << text;
  }
}

}  // namespace
}  // namespace sluice::transport
