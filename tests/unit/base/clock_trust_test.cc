#include "base/clock_trust.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/metrics.h"
#include "support/simulated_clock.h"

namespace sluice {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr Duration kDay = hours(24);

class ClockTrustTest : public ::testing::Test {
 protected:
  bool Trusted() {
    trust_.Check();
    return trust_.trusted();
  }
  // Time passes as it should, looked at every minute.
  void Run(Duration for_long) {
    for (Duration passed{}; passed < for_long; passed += minutes(1)) {
      clock_.Advance(minutes(1));
      trust_.Check();
    }
  }
  void Step(Duration by) { clock_.SetWall(clock_.WallNow() + by); }

  test::SimulatedClock clock_;  // 1,000 s after boot
  bool synchronised_ = false;
  Metrics metrics_;
  ClockTrust trust_{clock_,
                    {.trust_after = hours(1), .synchronised = [this] { return synchronised_; }},
                    &metrics_};
};

TEST_F(ClockTrustTest, SynchronisedClockIsTrustedAtOnce) {
  synchronised_ = true;
  EXPECT_TRUE(Trusted());
  EXPECT_THAT(trust_.why(), HasSubstr("synchronised"));
}

TEST_F(ClockTrustTest, ClockOfAFreshBootIsNotTrusted) {
  EXPECT_FALSE(Trusted());
  EXPECT_THAT(trust_.why(), StartsWith("not trusted: not synchronised"));
  EXPECT_THAT(metrics_.PrometheusText(), HasSubstr("sluice_clock_trusted 0"));
}

TEST_F(ClockTrustTest, SteadyClockIsTrustedAfterAWhileSinceBoot) {
  EXPECT_FALSE(Trusted());
  Run(hours(1) - seconds(1000));
  EXPECT_TRUE(Trusted());
  EXPECT_THAT(metrics_.PrometheusText(), HasSubstr("sluice_clock_trusted 1"));
}

TEST_F(ClockTrustTest, GatewayThatStartsLongAfterBootTrustsAtOnce) {
  clock_.Advance(kDay);
  EXPECT_TRUE(Trusted());
}

TEST_F(ClockTrustTest, StepBeginsTheWaitAnew) {
  Run(hours(2));
  Step(30 * kDay);
  EXPECT_FALSE(Trusted());
  Run(minutes(59));
  EXPECT_FALSE(Trusted());
  Run(minutes(2));
  EXPECT_TRUE(Trusted());
}

TEST_F(ClockTrustTest, AStepIsNoticedBetweenTwoChecks) {
  EXPECT_TRUE(trust_.steady());
  Run(hours(2));
  clock_.Advance(minutes(1));
  Step(seconds(-2));
  EXPECT_TRUE(trust_.steady());
  Step(30 * kDay);
  EXPECT_FALSE(trust_.steady());
  EXPECT_TRUE(trust_.trusted());
  EXPECT_FALSE(Trusted());
  EXPECT_TRUE(trust_.steady());
}

TEST_F(ClockTrustTest, StepOfASynchronisedClockIsFine) {
  synchronised_ = true;
  EXPECT_TRUE(Trusted());
  Step(30 * kDay);
  EXPECT_TRUE(Trusted());
}

TEST_F(ClockTrustTest, SlewedClockIsSteady) {
  for (int i = 0; i < 61; ++i) {
    Run(minutes(1));
    Step(std::chrono::milliseconds(30));
  }
  EXPECT_TRUE(Trusted());
}

TEST_F(ClockTrustTest, ClockBehindWhatIsStoredIsNotTrustedEvenIfSynchronised) {
  synchronised_ = true;
  trust_.Saw(clock_.WallNow() + kDay);
  EXPECT_FALSE(Trusted());
  EXPECT_THAT(trust_.why(), HasSubstr("86400 s earlier than what is stored"));
  Run(kDay);
  EXPECT_TRUE(Trusted());
}

TEST_F(ClockTrustTest, ClockThatWasNeverSetIsNotTrusted) {
  clock_.SetWall(FromUnixNanos(5'000'000'000));
  Run(hours(2));
  EXPECT_FALSE(Trusted());
}

TEST_F(ClockTrustTest, FlooredClockIsNeverEarlierThanWhatWasSeen) {
  const WallTime seen = clock_.WallNow() + kDay;
  trust_.Saw(seen);
  trust_.Check();
  EXPECT_EQ(trust_.floored().WallNow(), seen);
  clock_.Advance(2 * kDay);
  EXPECT_EQ(trust_.floored().WallNow(), clock_.WallNow());
}

// One boot in 2099 must not lock everybody out for ever.
TEST_F(ClockTrustTest, SynchronisedClockNeedsNoFloor) {
  trust_.Saw(clock_.WallNow() + 30'000 * kDay);
  synchronised_ = true;
  trust_.Check();
  EXPECT_EQ(trust_.floored().WallNow(), clock_.WallNow());
}

}  // namespace
}  // namespace sluice
