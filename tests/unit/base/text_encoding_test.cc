#include <gtest/gtest.h>

#include "base/base64.h"
#include "base/percent.h"

namespace sluice {
namespace {

std::string Base64(std::string_view text) {
  std::string out;
  AppendBase64(AsBytes(text), &out);
  return out;
}

std::string Percent(std::string_view text) {
  std::string out;
  AppendPercentEncoded(text, &out);
  return out;
}

TEST(Base64Test, TheVectorsOfTheRfcComeOut) {  // RFC 4648, section 10
  EXPECT_EQ(Base64(""), "");
  EXPECT_EQ(Base64("f"), "Zg==");
  EXPECT_EQ(Base64("fo"), "Zm8=");
  EXPECT_EQ(Base64("foo"), "Zm9v");
  EXPECT_EQ(Base64("foob"), "Zm9vYg==");
  EXPECT_EQ(Base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(Base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(Base64("\xfb\xff"), "+/8=");
}

TEST(PercentTest, OnlyUnreservedCharactersStayAsTheyAre) {
  EXPECT_EQ(Percent("AZaz09-._~"), "AZaz09-._~");
  EXPECT_EQ(Percent("a/b c%"), "a%2Fb%20c%25");
  EXPECT_EQ(Percent("ä"), "%C3%A4");
}

TEST(PercentTest, WhatWasEncodedIsDecoded) {
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  EXPECT_EQ(PercentDecoded(Percent(all)), all);
  EXPECT_EQ(PercentDecoded("%c3%A4+"), "ä+");
}

TEST(PercentTest, WhatIsNoEncodingIsRefused) {
  for (const char* const text : {"%", "%4", "a%", "%4g", "%g4", "%%41"}) {
    EXPECT_EQ(PercentDecoded(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace sluice
