#include "admin/page_table.h"

#include <gtest/gtest.h>

namespace sluice::admin {
namespace {

class PageTableTest : public testing::Test {
 protected:
  PageTableTest() {
    table_.Add(http::Method::kGet, "/status", Says("books"));
    table_.Add(http::Method::kPost, "/replay", [](const http::Request& request) {
      return http::Response{.status = 202, .body = std::string(request.body)};
    });
    table_.Add(http::Method::kGet, "/replay", Says("progress"));
  }
  static PageTable::Handler Says(std::string body) {
    return [body](const http::Request&) { return http::Response{.body = body}; };
  }
  http::Response Ask(http::Method method, std::string_view path, std::string_view body = {}) {
    return table_.Answer({.method = method, .path = path, .body = body});
  }

  PageTable table_;
};

TEST_F(PageTableTest, MethodAndPathChooseThePage) {
  EXPECT_EQ(Ask(http::Method::kGet, "/status").body, "books");
  EXPECT_EQ(Ask(http::Method::kGet, "/replay").body, "progress");
  const http::Response posted = Ask(http::Method::kPost, "/replay", "route cloud");
  EXPECT_EQ(posted.status, 202);
  EXPECT_EQ(posted.body, "route cloud");
}

TEST_F(PageTableTest, HeadIsAnsweredAsGet) {
  EXPECT_EQ(Ask(http::Method::kHead, "/status").status, 200);
}

TEST_F(PageTableTest, OtherMethodsAreToldWhichThereAre) {
  const http::Response posted = Ask(http::Method::kPost, "/status");
  EXPECT_EQ(posted.status, 405);
  EXPECT_EQ(posted.allow, "GET, HEAD");
  const http::Response other = Ask(http::Method::kOther, "/replay");
  EXPECT_EQ(other.status, 405);
  EXPECT_EQ(other.allow, "POST, GET, HEAD");
}

TEST_F(PageTableTest, OtherPathsAreToldWhichThereAre) {
  for (const std::string_view path : {"/", "", "/statu", "/status/", "/etc/passwd"}) {
    const http::Response response = Ask(http::Method::kGet, path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_NE(response.body.find("/status\n"), std::string::npos);
  }
}

}  // namespace
}  // namespace sluice::admin
