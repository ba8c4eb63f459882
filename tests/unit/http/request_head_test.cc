#include "http/request_head.h"

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

using Outcome = RequestHeadParser::Outcome;

constexpr std::string_view kRequest =
    "GET /mqtt?a=b HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\n"
    "UPGRADE: websocket\r\nX-Two: a\r\nx-two: b, \tC\r\n\r\n";

TEST(RequestHead, HasTargetAndFields) {
  RequestHeadParser parser(1000);
  size_t used = 0;
  ASSERT_EQ(parser.Execute(AsBytes(kRequest), &used), Outcome::kHead);
  EXPECT_EQ(used, kRequest.size());
  const FullRequestHead& head = parser.head();
  EXPECT_EQ(head.method, Method::kGet);
  EXPECT_EQ(head.target, "/mqtt?a=b");
  EXPECT_EQ(head.path(), "/mqtt");
  EXPECT_EQ(head.major, 1u);
  EXPECT_EQ(head.minor, 1u);
  EXPECT_EQ(*OnlyField(head.fields, "host"), "h");
  EXPECT_EQ(OnlyField(head.fields, "x-two"), nullptr);
  EXPECT_EQ(CountField(head.fields, "x-two"), 2u);
}

TEST(RequestHead, TokensStandInListsOverSeveralFields) {
  RequestHeadParser parser(1000);
  size_t used = 0;
  ASSERT_EQ(parser.Execute(AsBytes(kRequest), &used), Outcome::kHead);
  const Fields& fields = parser.head().fields;
  EXPECT_TRUE(FieldHasToken(fields, "connection", "upgrade"));
  EXPECT_TRUE(FieldHasToken(fields, "upgrade", "websocket"));
  for (const std::string_view token : {"a", "b", "c"}) {
    EXPECT_TRUE(FieldHasToken(fields, "x-two", token)) << token;
  }
  EXPECT_FALSE(FieldHasToken(fields, "x-two", "ab"));
  EXPECT_FALSE(FieldHasToken(fields, "none", ""));
}

TEST(RequestHead, WhatFollowsIsLeft) {
  for (const std::string_view head :
       {kRequest, std::string_view("GET / HTTP/1.0\r\n\r\n"),
        std::string_view("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n"),
        std::string_view("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"),
        std::string_view("CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n")}) {
    RequestHeadParser parser(1000);
    size_t used = 0;
    const std::string all = std::string(head) + "\x82\x80more";
    EXPECT_EQ(parser.Execute(AsBytes(all), &used), Outcome::kHead) << head;
    EXPECT_EQ(used, head.size()) << head;
  }
}

TEST(RequestHead, ComesInPieces) {
  for (size_t cut = 1; cut < kRequest.size(); ++cut) {
    RequestHeadParser parser(1000);
    size_t used = 0;
    ASSERT_EQ(parser.Execute(AsBytes(kRequest.substr(0, cut)), &used), Outcome::kNeedMore) << cut;
    ASSERT_EQ(used, cut);
    ASSERT_EQ(parser.Execute(AsBytes(kRequest.substr(cut)), &used), Outcome::kHead) << cut;
    EXPECT_EQ(parser.head().path(), "/mqtt");
    EXPECT_EQ(*OnlyField(parser.head().fields, "upgrade"), "websocket");
  }
}

TEST(RequestHead, WhatIsNoHttpIsAnError) {
  for (const std::string_view bytes :
       {std::string_view("\x10\x10\x00\x04MQTT", 8), std::string_view("GET\r\n\r\n"),
        std::string_view("GET / HTTP/1.1\r\n: x\r\n\r\n"), std::string_view("\x16\x03\x01", 3)}) {
    RequestHeadParser parser(1000);
    size_t used = 0;
    EXPECT_EQ(parser.Execute(AsBytes(bytes), &used), Outcome::kError) << bytes;
  }
}

TEST(RequestHead, EndsAtItsBound) {
  RequestHeadParser parser(100);
  size_t used = 0;
  ASSERT_EQ(parser.Execute(AsBytes("GET / HTTP/1.1\r\nX: "), &used), Outcome::kNeedMore);
  EXPECT_EQ(parser.Execute(AsBytes(std::string(1000, 'x')), &used), Outcome::kTooLong);
}

TEST(RequestHead, EndsAtTooManyFields) {
  std::string text = "GET / HTTP/1.1\r\n";
  for (size_t i = 0; i <= FieldCollector::kMaxFields; ++i) text += "a:\r\n";
  RequestHeadParser parser(8192);
  size_t used = 0;
  EXPECT_EQ(parser.Execute(AsBytes(text + "\r\n"), &used), Outcome::kTooLong);
}

}  // namespace
}  // namespace sluice::http
