#include "base/probe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace sluice {
namespace {

void PassOne() { SLUICE_PROBE("test: one"); }
void PassOther() { SLUICE_PROBE("test: other"); }

uint64_t CountOf(std::string_view name) {
  const auto counts = ProbeCounts();
  const auto found = std::find_if(counts.begin(), counts.end(),
                                  [&](const auto& count) { return count.first == name; });
  return found == counts.end() ? 0 : found->second;
}

TEST(ProbeTest, CountsUntilItIsReset) {
  ResetProbes();
  EXPECT_EQ(CountOf("test: one"), 0U);
  PassOne();
  PassOne();
  EXPECT_EQ(CountOf("test: one"), 2U);
  EXPECT_EQ(CountOf("test: other"), 0U);
  ResetProbes();
  PassOne();
  EXPECT_EQ(CountOf("test: one"), 1U);
}

TEST(ProbeTest, FromAnyThread) {
  ResetProbes();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int n = 0; n < 1000; ++n) {
        PassOne();
        PassOther();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(CountOf("test: one"), 4000U);
  EXPECT_EQ(CountOf("test: other"), 4000U);
}

}  // namespace
}  // namespace sluice
