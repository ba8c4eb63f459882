#include "admin/duration_text.h"

#include <gtest/gtest.h>

namespace sluice::admin {
namespace {

TEST(DurationTextTest, HasOneOrTwoUnits) {
  const auto text = [](int64_t s) { return DurationText(std::chrono::seconds(s)); };
  EXPECT_EQ(text(-5), "0 s");
  EXPECT_EQ(text(59), "59 s");
  EXPECT_EQ(text(60), "1 min");
  EXPECT_EQ(text(185), "3 min 5 s");
  EXPECT_EQ(text(7'259), "2 h");
  EXPECT_EQ(text(86'399), "23 h 59 min");
  EXPECT_EQ(text(4 * 86'400 + 5 * 3'600 + 59), "4 d 5 h");
  EXPECT_EQ(DurationText(std::chrono::milliseconds(1'999)), "1 s");
}

}  // namespace
}  // namespace sluice::admin
