#include "codec/payload_format.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace sluice::codec {
namespace {

bool Fits(std::string_view payload, std::optional<uint8_t> indicator = 1) {
  Properties properties;
  properties.payload_format_indicator = indicator;
  return FormatFits(properties, AsBytes(payload));
}

TEST(PayloadFormatTest, WithoutTheIndicatorAnythingFits) {
  EXPECT_TRUE(Fits("\xFF", std::nullopt));
  EXPECT_TRUE(Fits("\xFF", 0));
}

TEST(PayloadFormatTest, TextIsWellFormedAndMayHaveNulls) {
  EXPECT_TRUE(Fits(""));
  EXPECT_TRUE(Fits("gr\xC3\xBC\xC3\x9F"));
  EXPECT_TRUE(Fits(std::string("a\0b\0", 4)));
  EXPECT_FALSE(Fits("\xFF"));
  EXPECT_FALSE(Fits(std::string("a\0\xC3", 3)));
  EXPECT_FALSE(Fits(std::string("\xC3\0\xBC", 3)));
}

}  // namespace
}  // namespace sluice::codec
