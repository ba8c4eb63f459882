#include "http/response_head.h"

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

using Outcome = ResponseHeadParser::Outcome;

constexpr std::string_view kAnswer =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nX-Two: a\r\nx-two: b\r\n\r\n";

TEST(ResponseHead, HasStatusAndFields) {
  ResponseHeadParser parser(1000);
  size_t used = 0;
  ASSERT_EQ(parser.Execute(AsBytes(kAnswer), &used), Outcome::kHead);
  EXPECT_EQ(used, kAnswer.size());
  EXPECT_EQ(parser.head().status, 101);
  ASSERT_NE(parser.head().Only("upgrade"), nullptr);
  EXPECT_EQ(*parser.head().Only("upgrade"), "websocket");
  EXPECT_EQ(parser.head().Only("x-two"), nullptr);
  EXPECT_EQ(parser.head().Count("x-two"), 2u);
  EXPECT_EQ(parser.head().Only("none"), nullptr);
}

TEST(ResponseHead, WhatFollowsIsLeft) {
  for (const std::string_view head :
       {kAnswer, std::string_view("HTTP/1.0 200 OK\r\n\r\n"),
        std::string_view("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
        std::string_view("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        std::string_view("HTTP/1.1 407 No\r\nContent-Length: 5\r\n\r\n")}) {
    ResponseHeadParser parser(1000);
    size_t used = 0;
    const std::string all = std::string(head) + "\x10\x00more";
    EXPECT_EQ(parser.Execute(AsBytes(all), &used), Outcome::kHead) << head;
    EXPECT_EQ(used, head.size()) << head;
  }
}

TEST(ResponseHead, ComesInPieces) {
  for (size_t cut = 0; cut <= kAnswer.size(); ++cut) {
    ResponseHeadParser parser(1000);
    size_t used = 0;
    if (cut < kAnswer.size()) {
      ASSERT_EQ(parser.Execute(AsBytes(kAnswer.substr(0, cut)), &used), Outcome::kNeedMore) << cut;
      ASSERT_EQ(used, cut);
    }
    const size_t rest = cut < kAnswer.size() ? cut : 0;
    ASSERT_EQ(parser.Execute(AsBytes(kAnswer.substr(rest)), &used), Outcome::kHead) << cut;
    EXPECT_EQ(*parser.head().Only("upgrade"), "websocket");
  }
}

TEST(ResponseHead, WhatIsNoHttpIsAnError) {
  for (const std::string_view bytes :
       {std::string_view("\x20\x02\x00\x00", 4), std::string_view("SSH-2.0-x\r\n"),
        std::string_view("HTTP/1.1 abc\r\n\r\n"),
        std::string_view("HTTP/1.1 200 OK\r\n: x\r\n\r\n")}) {
    ResponseHeadParser parser(1000);
    size_t used = 0;
    EXPECT_EQ(parser.Execute(AsBytes(bytes), &used), Outcome::kError) << bytes;
  }
}

TEST(ResponseHead, EndsAtItsBound) {
  ResponseHeadParser parser(100);
  size_t used = 0;
  ASSERT_EQ(parser.Execute(AsBytes("HTTP/1.1 200 OK\r\nX: "), &used), Outcome::kNeedMore);
  EXPECT_EQ(parser.Execute(AsBytes(std::string(1000, 'x')), &used), Outcome::kTooLong);
}

}  // namespace
}  // namespace sluice::http
