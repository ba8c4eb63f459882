#include "base/log.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Printable, ForgesNoLine) { EXPECT_EQ(Printable("a\nb\x7f\xff"), "a\\x0ab\\x7f\\xff"); }

TEST(Printable, CutsWhatIsTooLong) { EXPECT_EQ(Printable(std::string(300, 'x'), 4), "xxxx…"); }

TEST(SetLogLevel, KeepsLessThanItBack) {
  SetLogLevel(LogLevel::kInfo);
  EXPECT_FALSE(LogEnabled(LogLevel::kDebug));
  EXPECT_TRUE(LogEnabled(LogLevel::kInfo));
  SetLogLevel(LogLevel::kOff);
  EXPECT_FALSE(LogEnabled(LogLevel::kError));
  SetLogLevel(LogLevel::kInfo);
}

}  // namespace
}  // namespace sluice
