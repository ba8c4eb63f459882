#include "firmware_sim/offset_set.h"

#include <gtest/gtest.h>

namespace sluice::fleet {
namespace {

TEST(OffsetSet, TakesEachOffsetOnce) {
  OffsetSet set;
  for (const uint64_t offset :
       {uint64_t{0}, uint64_t{63}, uint64_t{64}, uint64_t{4095}, uint64_t{4096}, UINT64_MAX}) {
    EXPECT_TRUE(set.Insert(offset));
    EXPECT_FALSE(set.Insert(offset));
  }
}

}  // namespace
}  // namespace sluice::fleet
