#include "forward/uplink_url.h"

#include <gtest/gtest.h>

namespace sluice::forward {
namespace {

constexpr UplinkScheme kSchemes[] = {{"mqtt", false, 1883}, {"mqtts", true, 8883}};
constexpr UplinkScheme kWebSocket[] = {{"wss", true, 443, true}};

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
  for (const char* text : {"mqtt://me:hunter2@h", "mqtt:me:hunter2@h", "http://me:hunter2@h",
                           "me:hunter2@h", "mqtt://h/me:hunter2@x", "mqtt://me:hunter2@"}) {
    EXPECT_EQ(Refusal(text), "must not contain a name or password; use username and password_file");
  }
}

TEST(UplinkUrl, WebSocketHasAPath) {
  EXPECT_EQ(ParseUplinkUrl("wss://h", kWebSocket)->path, "/mqtt");
  EXPECT_EQ(ParseUplinkUrl("wss://h/", kWebSocket)->path, "/mqtt");
  const auto url = ParseUplinkUrl("wss://h:1/a/b?c=d", kWebSocket);
  ASSERT_TRUE(url.ok()) << url.status().message();
  EXPECT_EQ(url->path, "/a/b?c=d");
  EXPECT_EQ(url->HostAndPort(), "h:1");
  EXPECT_EQ(ParseUplinkUrl("mqtt://h", kSchemes)->path, "");
  // It goes into a request line.
  for (const char* text :
       {"wss://h?x", "wss://h#x", "wss://h/a b", "wss://h/a\r\nX: y", "wss://h/ä", "wss://h/a#b"}) {
    EXPECT_FALSE(ParseUplinkUrl(text, kWebSocket).ok()) << text;
  }
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
