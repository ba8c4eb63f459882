#include "tools/plain_text.h"

#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::tools {
namespace {

TEST(PlainTextTest, WordsOfAnyLanguageArePlain) {
  EXPECT_TRUE(IsPlainText(""));
  EXPECT_TRUE(
      IsPlainText("{\"K\xc3\xbc"
                  "che\": 21}\n\t\xe6\xb8\xa9\xe5\xba\xa6 \xf0\x9f\x8c\xa1"));
}

TEST(PlainTextTest, WhatMovesTheCursorOrTurnsTheTextIsNot) {
  constexpr std::string_view kCsi = "\xc2\x9b\x32J";
  constexpr std::string_view kBidirectional[] = {"\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x80\x8f"};
  std::vector<std::string_view> all(std::begin(kBidirectional), std::end(kBidirectional));
  all.insert(all.end(), {"\x1b[2J", "a\rb", "\x07", "\x7f", kCsi});
  all.insert(all.end(), {"\xe2\x80\xa8", "\xef\xbb\xbf"});  // line separator, byte order mark
  all.insert(all.end(), {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80"});  // no UTF-8
  for (const std::string_view bad : all) {
    EXPECT_FALSE(IsPlainText(bad)) << OneLine(bad);
    for (const char c : OneLine(bad)) EXPECT_TRUE(c >= 0x20 && c < 0x7f);
  }
  EXPECT_FALSE(IsPlainText(std::string_view("\0", 1)));
}

TEST(PlainTextTest, LineStaysOneLineAndSaysWhatWasThere) {
  EXPECT_EQ(OneLine("a\nb\\c\xc3\xbc\x1b"), "a\\x0ab\\x5cc\xc3\xbc\\x1b");
  EXPECT_EQ(OneLine("abc", 3), "abc");
  EXPECT_EQ(OneLine("a\xc3\xbc", 2), "a…");
}

TEST(PlainTextTest, JsonSaysTheSameWithoutControlCharacters) {
  EXPECT_EQ(PlainJson("{\"a\":\"\xc3\xbc\xc2\x9b\xe2\x80\xae\"}"),
            "{\"a\":\"\xc3\xbc\\u009b\\u202e\"}");
}

TEST(PlainTextTest, DumpHasSixteenBytesALine) {
  std::string dump;
  AppendHexDump(AsBytes("0123456789abcdef\x1b|"), &dump);
  EXPECT_EQ(dump,
            "  00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n"
            "  00000010  1b 7c                                             |.||\n");
}

}  // namespace
}  // namespace sluice::tools
