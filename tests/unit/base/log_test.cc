#include "base/log.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Printable, ForgesNoLine) { EXPECT_EQ(Printable("a\nb\x7f\xff"), "a\\x0ab\\x7f\\xff"); }

TEST(Printable, CutsWhatIsTooLong) { EXPECT_EQ(Printable(std::string(300, 'x'), 4), "xxxx…"); }

TEST(SetLogLevel, RefusesAnUnknownName) {
  EXPECT_FALSE(SetLogLevel("loud"));
  EXPECT_TRUE(SetLogLevel("info"));
  EXPECT_FALSE(LogEnabled(LogLevel::kDebug));
}

}  // namespace
}  // namespace sluice
