#include "uplink_paho/refusal.h"

#include <gtest/gtest.h>

namespace sluice::uplink_paho {
namespace {

TEST(Refusal, OnlyWhatWouldBeRefusedAgainIsPermanent) {
  for (int code = 0x80; code <= 0xFF; ++code) {
    const bool permanent = code == 0x95 || code == 0x99;
    EXPECT_EQ(RefusalOf(static_cast<uint8_t>(code)).permanent, permanent) << code;
  }
}

// Dead letters do not differ by who refused.
TEST(Refusal, IsNamedAsTheRoutesOwn) {
  EXPECT_EQ(RefusalOf(0x90).text, forward::kRefusedForItsTopic.text);
  for (const forward::Refusal& own : {forward::kRefusedAsTooLarge, forward::kRefusedAsNoEvent}) {
    const forward::Refusal refusal = RefusalOf(static_cast<uint8_t>(own.code));
    EXPECT_EQ(refusal.text, own.text);
    EXPECT_EQ(refusal.permanent, own.permanent);
  }
}

TEST(Refusal, HasAName) {
  EXPECT_EQ(forward::Describe(RefusalOf(0x97)), "Quota exceeded (0x97)");
  EXPECT_FALSE(RefusalOf(0xEE).text.empty());
}

}  // namespace
}  // namespace sluice::uplink_paho
