#include "base/identity.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice {
namespace {

using namespace std::string_view_literals;

TEST(IdentityTest, PlainNamesAreValid) {
  for (const auto name : {"alpha"sv, "sim-0001"sv, "urn:dev:mac:0024befffe804ff1"sv,
                          "Gewächshaus 7"sv, "温度計"sv, "\xf0\x9f\x8c\xb1"sv}) {
    EXPECT_TRUE(IsValidIdentity(name)) << name;
  }
}

TEST(IdentityTest, LengthIsBounded) {
  EXPECT_FALSE(IsValidIdentity(""));
  EXPECT_TRUE(IsValidIdentity(std::string(128, 'a')));
  EXPECT_FALSE(IsValidIdentity(std::string(129, 'a')));
}

TEST(IdentityTest, TopicSyntaxIsRefused) {
  for (const auto name : {"a/b"sv, "+"sv, "#"sv, "a#"sv})
    EXPECT_FALSE(IsValidIdentity(name)) << name;
}

TEST(IdentityTest, EveryControlCharacterIsRefused) {
  for (int c = 0; c < 0x20; ++c) {
    EXPECT_FALSE(IsValidIdentity("a" + std::string(1, static_cast<char>(c)) + "b")) << c;
  }
  EXPECT_FALSE(IsValidIdentity("a\x7f"));
  EXPECT_FALSE(IsValidIdentity("a\xc2\x85"));  // next line, of the second control block
}

TEST(IdentityTest, IllFormedUtf8IsRefused) {
  for (const auto name :
       {"\xc0\xaf"sv, "\xe0\x80\xaf"sv, "\xed\xa0\x80"sv, "\xf4\x90\x80\x80"sv, "\xff"sv, "\x80"sv,
        "\xc3"sv, "\xe6\xb8"sv, "\xf0\x9f\x8c"sv, "\xc3("sv}) {
    EXPECT_FALSE(IsValidIdentity(name));
  }
}

}  // namespace
}  // namespace sluice
