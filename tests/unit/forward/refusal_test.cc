#include "forward/refusal.h"

#include <gtest/gtest.h>

namespace sluice::forward {
namespace {

TEST(Refusal, OnlyWhatWouldBeRefusedAgainIsPermanent) {
  for (int code = 0x80; code <= 0xFF; ++code) {
    const bool permanent = code == 0x87 || code == 0x90 || code == 0x95 || code == 0x99;
    EXPECT_EQ(IsPermanentRefusal(static_cast<uint8_t>(code)), permanent) << code;
  }
}

TEST(Refusal, HasAName) {
  EXPECT_EQ(RefusalName(0x97), "Quota exceeded");
  EXPECT_FALSE(RefusalName(0xEE).empty());
}

}  // namespace
}  // namespace sluice::forward
