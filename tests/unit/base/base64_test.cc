#include "base/base64.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

std::string Encoded(std::string_view text) {
  std::string out;
  AppendBase64(AsBytes(text), &out);
  return out;
}

std::string Decoded(std::string_view text) {
  std::string out;
  return AppendFromBase64(text, &out) ? out : "none";
}

struct Case {
  const char* bytes;
  const char* text;
};

// RFC 4648, 10.
constexpr Case kCases[] = {{"", ""},
                           {"f", "Zg=="},
                           {"fo", "Zm8="},
                           {"foo", "Zm9v"},
                           {"foob", "Zm9vYg=="},
                           {"fooba", "Zm9vYmE="},
                           {"foobar", "Zm9vYmFy"}};

TEST(Base64Test, TheStandardsVectorsGoBothWays) {
  for (const Case& c : kCases) {
    EXPECT_EQ(Encoded(c.bytes), c.text);
    EXPECT_EQ(Decoded(c.text), c.bytes);
    const std::string_view text = c.text;
    EXPECT_EQ(Decoded(text.substr(0, text.find('='))), c.bytes) << "without padding";
  }
}

TEST(Base64Test, BothAlphabetsAreRead) {
  EXPECT_EQ(Decoded("+/+/"), "\xfb\xff\xbf");
  EXPECT_EQ(Decoded("-_-_"), "\xfb\xff\xbf");
}

TEST(Base64Test, WhatIsNoneIsRefused) {
  for (const char* text : {"A", "AAAAA", "A=", "AA=A", "A A=", "====", "Zg===", "Zm9v\n"}) {
    EXPECT_EQ(Decoded(text), "none") << text;
  }
}

}  // namespace
}  // namespace sluice
