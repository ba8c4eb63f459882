#include "codec/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::codec {
namespace {

Utf8State Check(std::string_view text) { return CheckUtf8(AsBytes(text)); }

std::string Utf8Of(uint32_t c) {
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 63))};
  if (c < 0x10000) {
    return {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 63)),
            static_cast<char>(0x80 | (c & 63))};
  }
  return {static_cast<char>(0xF0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 63)),
          static_cast<char>(0x80 | (c >> 6 & 63)), static_cast<char>(0x80 | (c & 63))};
}

// Every code point there is, and what lies beyond. [MQTT-1.5.4-1] [MQTT-1.5.4-2] [MQTT-1.5.4-3]
TEST(Utf8Test, ExactlyTheScalarValuesAreWellFormed) {
  EXPECT_EQ(Check(std::string(1, '\0')), Utf8State::kHasNull);
  for (uint32_t c = 1; c < 0x1FFFFF; ++c) {
    const bool scalar = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
    const auto expected = scalar ? Utf8State::kOk : Utf8State::kIllFormed;
    ASSERT_EQ(Check(Utf8Of(c)), expected) << std::hex << c;
  }
}

// At every place of a word, and beside other characters.
TEST(Utf8Test, ExactlyTheControlCharactersAreFound) {
  for (uint32_t c = 1; c < 0x1000; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    const bool is_control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    for (const size_t before : {0, 1, 7, 8, 9}) {
      const std::string text = std::string(before, '~') + Utf8Of(c) + " \xC3\x80";
      ASSERT_EQ(HasControl(text), is_control) << std::hex << c << " at " << before;
      ASSERT_EQ(HasControl(text + std::string(9, 'x')), is_control) << std::hex << c;
    }
  }
  EXPECT_FALSE(HasControl(""));
  EXPECT_FALSE(HasControl("\xF4\x8F\xBF\xBF"));
}

TEST(Utf8Test, OverlongFormsAreIllFormed) {
  for (const char* text : {"\xC0\x80", "\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF", "\xE0\x9F\xBF",
                           "\xF0\x80\x80\xAF", "\xF0\x8F\xBF\xBF"}) {
    EXPECT_EQ(Check(text), Utf8State::kIllFormed);
  }
}

TEST(Utf8Test, CutCharactersAreIllFormed) {
  for (const std::string whole : {"\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x8C\xA1"}) {
    for (size_t size = 1; size < whole.size(); ++size) {
      EXPECT_EQ(Check(whole.substr(0, size)), Utf8State::kIllFormed);
      EXPECT_EQ(Check(whole.substr(0, size) + "a"), Utf8State::kIllFormed);
    }
  }
}

TEST(Utf8Test, LoneTailsAndImpossibleBytesAreIllFormed) {
  for (const char* text :
       {"\x80", "\xBF", "\xF5\x80\x80\x80", "\xF8\x88\x80\x80\x80", "\xFE", "\xFF"}) {
    EXPECT_EQ(Check(text), Utf8State::kIllFormed);
  }
}

// The fast way over eight bytes at a time must see what stands at any of them.
TEST(Utf8Test, EveryPositionIsLookedAt) {
  for (size_t at = 0; at < 24; ++at) {
    std::string text(24, 'x');
    text[at] = '\0';
    EXPECT_EQ(Check(text), Utf8State::kHasNull) << at;
    text[at] = '\x80';
    EXPECT_EQ(Check(text), Utf8State::kIllFormed) << at;
    text[at] = '\x01';
    EXPECT_EQ(Check(text), Utf8State::kOk) << at;
  }
}

}  // namespace
}  // namespace sluice::codec
