#include "base/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/metrics.h"
#include "support/simulated_clock.h"

namespace sluice {
namespace {

using ::testing::HasSubstr;

class HealthTest : public ::testing::Test {
 protected:
  test::SimulatedClock clock_;
  Metrics metrics_;
  Health health_{clock_, &metrics_};
};

TEST_F(HealthTest, IsOkWhileNothingIsRaised) {
  const auto full = health_.Add("stream telemetry", "full");
  EXPECT_EQ(health_.state(), HealthState::kOk);
  EXPECT_EQ(health_.Text(), "ok\n");
}

TEST_F(HealthTest, IsAsBadAsItsWorstCondition) {
  const auto full = health_.Add("stream telemetry", "full");
  const auto lost = health_.Add("uplink cloud", "not_connected");
  full->Raise(HealthState::kFailing, "full");
  lost->Raise(HealthState::kDegraded, "refused");
  EXPECT_EQ(health_.state(), HealthState::kFailing);
  full->Clear();
  EXPECT_EQ(health_.state(), HealthState::kDegraded);
}

TEST_F(HealthTest, SaysWhatIsWrongSinceWhenTheWorstFirst) {
  const auto lost = health_.Add("uplink cloud", "not_connected");
  const auto full = health_.Add("stream telemetry", "full");
  lost->Raise(HealthState::kDegraded, "connection refused");
  clock_.Advance(std::chrono::seconds(5));
  full->Raise(HealthState::kFailing, "no room");
  lost->Raise(HealthState::kDegraded, "connection reset");
  EXPECT_EQ(health_.Text(),
            "failing\nstream telemetry: failing for 0 s: no room\n"
            "uplink cloud: degraded for 5 s: connection reset\n");
}

TEST_F(HealthTest, ForgetsAConditionThatIsDestroyed) {
  auto lost = health_.Add("uplink cloud", "not_connected");
  lost->Raise(HealthState::kFailing, "gone");
  lost.reset();
  EXPECT_EQ(health_.Text(), "ok\n");
}

TEST_F(HealthTest, IsAMetric) {
  const auto full = health_.Add("stream telemetry", "full");
  full->Raise(HealthState::kDegraded, "nearly full");
  EXPECT_THAT(metrics_.PrometheusText(), HasSubstr("sluice_health_state 1"));
  EXPECT_THAT(metrics_.PrometheusText(),
              HasSubstr("sluice_health_condition{part=\"stream telemetry\",condition=\"full\"} 1"));
}

}  // namespace
}  // namespace sluice
