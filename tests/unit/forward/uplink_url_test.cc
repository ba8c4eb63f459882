#include "forward/uplink_url.h"

#include <gtest/gtest.h>

namespace sluice::forward {
namespace {

constexpr UplinkScheme kSchemes[] = {{"mqtt", false, 1883}, {"mqtts", true, 8883}};

std::string Refusal(std::string_view text) {
  const auto url = ParseUplinkUrl(text, kSchemes);
  return url.ok() ? "taken" : url.status().message();
}

TEST(UplinkUrl, HasSchemeHostAndPort) {
  const auto url = ParseUplinkUrl("mqtts://broker.example.com:1234", kSchemes);
  ASSERT_TRUE(url.ok()) << url.status().message();
  EXPECT_EQ(url->text, "mqtts://broker.example.com:1234");
  EXPECT_TRUE(url->scheme.tls);
  EXPECT_EQ(url->host, "broker.example.com");
  EXPECT_EQ(url->port, 1234);
}

TEST(UplinkUrl, PortIsTheSchemesUnlessWritten) {
  EXPECT_EQ(ParseUplinkUrl("mqtt://h", kSchemes)->HostAndPort(), "h:1883");
  EXPECT_EQ(ParseUplinkUrl("mqtts://h", kSchemes)->HostAndPort(), "h:8883");
}

TEST(UplinkUrl, BracketsOfAnAddressAreNotItsHost) {
  const auto url = ParseUplinkUrl("mqtt://[2001:db8::1]", kSchemes);
  ASSERT_TRUE(url.ok()) << url.status().message();
  EXPECT_EQ(url->host, "2001:db8::1");
  EXPECT_EQ(url->HostAndPort(), "[2001:db8::1]:1883");
}

TEST(UplinkUrl, SchemesThatAreTakenAreListed) {
  EXPECT_EQ(Refusal("http://h"), "'http://h' must begin with mqtt:// or mqtts://");
  EXPECT_EQ(Refusal("mqtt:h"), "'mqtt:h' must begin with mqtt:// or mqtts://");
}

TEST(UplinkUrl, PasswordIsNotQuoted) {
  EXPECT_EQ(Refusal("mqtt://me:hunter2@h").find("hunter2"), std::string::npos);
}

TEST(UplinkUrl, OthersAreRefused) {
  for (const char* text :
       {"", "mqtt://", "mqtt://:1", "mqtt://a b", "mqtt://a..b", "mqtt://-a", "mqtt://300.1.1.1",
        "mqtt://a:", "mqtt://a:0", "mqtt://a:65536", "mqtt://a:x", "mqtt://a:1:2", "mqtt://a/b",
        "mqtt://::1", "mqtt://[::1", "mqtt://[::x]", "mqtt://[::1]1", "mqtt://[]"}) {
    EXPECT_TRUE(Refusal(text).starts_with("'" + std::string(text) + "' must ")) << Refusal(text);
  }
}

}  // namespace
}  // namespace sluice::forward
