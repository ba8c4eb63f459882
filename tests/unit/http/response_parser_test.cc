#include "http/response_parser.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::http {
namespace {

using Outcome = ResponseParser::Outcome;

constexpr std::string_view kWithLength =
    "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
constexpr std::string_view kWithoutLength = "HTTP/1.0 200 OK\r\n\r\nhello";

TEST(ResponseParserTest, ResponseMayComeInPiecesCutAnywhere) {
  for (size_t cut = 1; cut < kWithLength.size(); ++cut) {
    ResponseParser parser(1000);
    EXPECT_EQ(parser.Execute(AsBytes(kWithLength.substr(0, cut))), Outcome::kNeedMore) << cut;
    EXPECT_EQ(parser.Execute(AsBytes(kWithLength.substr(cut))), Outcome::kResponse) << cut;
    const Response response = parser.TakeResponse();
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.body, "hello");
  }
}

TEST(ResponseParserTest, EndOfConnectionEndsOneWithoutLengthAndNoOther) {
  ResponseParser parser(1000);
  EXPECT_EQ(parser.Execute(AsBytes(kWithoutLength)), Outcome::kNeedMore);
  EXPECT_EQ(parser.Execute({}), Outcome::kResponse);
  EXPECT_EQ(parser.TakeResponse().body, "hello");
  for (const size_t cut : {size_t{0}, size_t{1}, kWithLength.size() - 1}) {
    ResponseParser cut_short(1000);
    if (cut > 0) cut_short.Execute(AsBytes(kWithLength.substr(0, cut)));
    EXPECT_EQ(cut_short.Execute({}), Outcome::kError) << cut;
  }
}

TEST(ResponseParserTest, EndlessResponseIsAnError) {
  ResponseParser parser(kWithoutLength.size());
  EXPECT_EQ(parser.Execute(AsBytes(kWithoutLength)), Outcome::kNeedMore);
  EXPECT_EQ(parser.Execute(AsBytes("!")), Outcome::kError);
}

TEST(ResponseParserTest, GarbageIsAnError) {
  ResponseParser parser(1000);
  EXPECT_EQ(parser.Execute(AsBytes("SSH-2.0-OpenSSH_9.2\r\n")), Outcome::kError);
}

}  // namespace
}  // namespace sluice::http
