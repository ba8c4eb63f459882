#include "firmware_sim/backoff.h"

#include <gtest/gtest.h>

namespace sluice::fleet {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, WaitsDoubleUpToTheirBound) {
  Random random(1);
  Backoff backoff(milliseconds(100), milliseconds(350));
  for (const int bound : {100, 200, 350, 350}) {
    const Duration wait = backoff.Next(random);
    EXPECT_GE(wait, milliseconds(bound) / 2);
    EXPECT_LE(wait, milliseconds(bound));
  }
}

TEST(Backoff, ResetStartsAgain) {
  Random random(1);
  Backoff backoff(milliseconds(100), milliseconds(10'000));
  for (int i = 0; i < 5; ++i) backoff.Next(random);
  backoff.Reset();
  EXPECT_LE(backoff.Next(random), milliseconds(100));
}

}  // namespace
}  // namespace sluice::fleet
