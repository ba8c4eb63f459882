#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice {
namespace {

using namespace std::string_view_literals;

std::string Encoded(uint32_t c) {
  const auto byte = [](uint32_t value) { return static_cast<char>(value); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xc0 | c >> 6), byte(0x80 | (c & 63))};
  if (c < 0x10000) return {byte(0xe0 | c >> 12), byte(0x80 | (c >> 6 & 63)), byte(0x80 | (c & 63))};
  return {byte(0xf0 | c >> 18), byte(0x80 | (c >> 12 & 63)), byte(0x80 | (c >> 6 & 63)),
          byte(0x80 | (c & 63))};
}

TEST(Utf8Test, ExactlyTheScalarValuesAreCharacters) {
  for (uint32_t c = 0; c < 0x1fffff; ++c) {
    const std::string text = Encoded(c);
    const bool scalar = c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
    uint32_t code_point = 0;
    ASSERT_EQ(DecodeUtf8(text + "x", &code_point), scalar ? text.size() : 0) << std::hex << c;
    ASSERT_EQ(code_point, scalar ? c : 0);
    ASSERT_EQ(Utf8Length(text), scalar ? text.size() : 0) << std::hex << c;
  }
}

TEST(Utf8Test, WhatIsCutOverlongOrLoneIsNone) {
  for (const auto text : {""sv, "\x80"sv, "\xbf"sv, "\xc0\x80"sv, "\xc1\xbf"sv, "\xc3"sv, "\xc3("sv,
                          "\xe0\x9f\xbf"sv, "\xe2\x82"sv, "\xe2\x82("sv, "\xf0\x8f\xbf\xbf"sv,
                          "\xf0\x9f\x8c"sv, "\xf5\x80\x80\x80"sv, "\xff"sv}) {
    EXPECT_EQ(Utf8Length(text), 0u);
  }
}

TEST(Utf8Test, ACutFallsBetweenCharacters) {
  EXPECT_EQ(CutUtf8("abc", 3), "abc");
  EXPECT_EQ(CutUtf8("abc", 2), "ab");
  EXPECT_EQ(CutUtf8("aäb", 2), "a");
  EXPECT_EQ(CutUtf8("aäb", 3), "aä");
  EXPECT_EQ(CutUtf8("\xf0\x9f\x8c\xb1", 3), "");
  EXPECT_EQ(CutUtf8("\x80\x80", 1), "");  // no UTF-8 at all
}

}  // namespace
}  // namespace sluice
