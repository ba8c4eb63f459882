#include "firmware_sim/latency.h"

#include <gtest/gtest.h>

namespace sluice::fleet {
namespace {

using std::chrono::microseconds;

TEST(LatencyHistogram, IsWithinThreePerCent) {
  for (uint64_t micros = 1; micros < 10'000'000'000; micros = micros * 5 / 4 + 1) {
    LatencyHistogram latency;
    latency.Observe(microseconds(micros));
    EXPECT_GE(latency.QuantileMicros(0.5), micros);
    EXPECT_LE(latency.QuantileMicros(0.5), micros + micros / 31 + 1);
  }
}

TEST(LatencyHistogram, QuantilesSplitTheObservations) {
  LatencyHistogram latency;
  for (int i = 0; i < 98; ++i) latency.Observe(microseconds(10));
  latency.Observe(microseconds(1000));
  latency.Observe(microseconds(100'000));
  EXPECT_EQ(latency.QuantileMicros(0.5), 10u);
  EXPECT_NEAR(static_cast<double>(latency.QuantileMicros(0.99)), 1000, 35);
  EXPECT_NEAR(static_cast<double>(latency.QuantileMicros(1.0)), 100'000, 3500);
}

TEST(LatencyHistogram, TakesAnyDuration) {
  LatencyHistogram latency;
  latency.Observe(Duration(-5));
  latency.Observe(Duration::max());
  EXPECT_EQ(latency.count(), 2u);
  EXPECT_EQ(latency.QuantileMicros(0.5), 0u);
}

TEST(LatencyHistogram, IsZeroWhenEmpty) { EXPECT_EQ(LatencyHistogram().QuantileMicros(0.99), 0u); }

}  // namespace
}  // namespace sluice::fleet
