#include "admin/host_guard.h"

#include <gtest/gtest.h>

namespace sluice::admin {
namespace {

class HostGuardTest : public testing::Test {
 protected:
  // The status of a refusal, 200 for none.
  int Judge(const http::RequestHead& head) {
    const auto refusal = guard_->Judge(head);
    return refusal ? refusal->status : 200;
  }
  int Host(std::string_view host) { return Judge({.hosts = 1, .host = host}); }
  void Make(std::string_view bind, std::vector<std::string> hosts = {}) {
    guard_.emplace(bind, std::move(hosts), SystemClock(), metrics_);
  }

  Metrics metrics_;
  std::optional<HostGuard> guard_;
};

TEST_F(HostGuardTest, LoopbackIsGood) {
  Make("127.0.0.1:9464");
  for (const auto* host : {"localhost", "localhost:9464", "LocalHost:1", "localhost.", "127.0.0.1",
                           "127.9.9.9:80", "[::1]:9464", "[::1]"}) {
    EXPECT_EQ(Host(host), 200) << host;
  }
}

TEST_F(HostGuardTest, OthersAreNot) {
  Make("127.0.0.1:9464");
  for (const auto* host :
       {"evil.example", "evil.example:9464", "localhost.evil.example", "127.0.0.1.evil.example", "",
        ":9464", "192.0.2.7", "[::2]", "[", "[]", "a:b:c", "127.0.0.1@evil.example",
        "localhost,evil", "evil localhost", "0"}) {
    EXPECT_EQ(Host(host), 421) << host;
  }
}

TEST_F(HostGuardTest, BoundAddressIsGood) {
  Make("192.0.2.7:9464");
  EXPECT_EQ(Host("192.0.2.7:9464"), 200);
  EXPECT_EQ(Host("192.0.2.8:9464"), 421);
  Make("[2001:db8::7]:9464");
  EXPECT_EQ(Host("[2001:db8::7]:9464"), 200);
}

TEST_F(HostGuardTest, EveryAddressAndNoNameIsGoodWhenBoundToAll) {
  for (const auto* bind : {"0.0.0.0:9464", "[::]:9464"}) {
    Make(bind);
    EXPECT_EQ(Host("192.0.2.7:9464"), 200);
    EXPECT_EQ(Host("[2001:db8::7]:9464"), 200);
    EXPECT_EQ(Host("evil.example"), 421);
  }
}

TEST_F(HostGuardTest, ConfiguredNamesAreGood) {
  Make("0.0.0.0:9464", {"gw7.example.net", "Other"});
  EXPECT_EQ(Host("gw7.example.net:9464"), 200);
  EXPECT_EQ(Host("GW7.example.net."), 200);
  EXPECT_EQ(Host("other"), 200);
  EXPECT_EQ(Host("x.gw7.example.net"), 421);
}

TEST_F(HostGuardTest, WhoSaysNoHostIsNoBrowser) {
  Make("127.0.0.1:9464");
  EXPECT_EQ(Judge({}), 200);
}

TEST_F(HostGuardTest, TwoHostsAreOneTooMany) {
  Make("127.0.0.1:9464");
  EXPECT_EQ(Judge({.hosts = 2, .host = "localhost"}), 421);
}

TEST_F(HostGuardTest, PagesFromElsewhereAreRefused) {
  Make("127.0.0.1:9464");
  const auto from = [](std::string_view origin, std::string_view referer) {
    return http::RequestHead{.hosts = 1, .host = "localhost", .origin = origin, .referer = referer};
  };
  EXPECT_EQ(Judge(from("http://localhost:9464", "")), 200);
  EXPECT_EQ(Judge(from("", "http://127.0.0.1:9464/status?a#b")), 200);
  for (const auto* page : {"http://evil.example", "https://evil.example:9464/x", "null",
                           "localhost", "http://localhost@evil.example/",
                           "http://evil.example?//localhost", "http://evil.example#@localhost"}) {
    EXPECT_EQ(Judge(from(page, "")), 403) << page;
    EXPECT_EQ(Judge(from("", page)), 403) << page;
  }
  EXPECT_NE(metrics_.PrometheusText().find("sluice_admin_refused_total{reason=\"origin\"} 14"),
            std::string::npos);
}

}  // namespace
}  // namespace sluice::admin
