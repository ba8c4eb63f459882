#include "transport/spell.h"

#include <gtest/gtest.h>

#include "support/simulated_scheduler.h"

namespace sluice::transport {
namespace {

class SpellTest : public testing::Test {
 protected:
  void Happen(int times) {
    for (int i = 0; i < times; ++i) spell_.Happened();
  }
  void PassPeriods(int count) { scheduler_.Advance(count * Spell::kPeriod); }

  test::SimulatedClock clock_;
  test::SimulatedScheduler scheduler_{&clock_};
  Health health_{clock_};
  Spell spell_{scheduler_,  &health_,
               "listeners", "flood",
               3,           [](uint64_t times) {
                 return std::to_string(times) + " times"; }};
};

TEST_F(SpellTest, AFewAreNobodysBusiness) {
  Happen(2);
  EXPECT_EQ(health_.state(), HealthState::kOk);
  PassPeriods(1);
  Happen(2);
  EXPECT_EQ(health_.state(), HealthState::kOk);
}

TEST_F(SpellTest, ManyAreACondition) {
  Happen(3);
  EXPECT_EQ(health_.state(), HealthState::kDegraded);
  EXPECT_EQ(health_.problems().at(0).why, "3 times");
}

TEST_F(SpellTest, ConditionLastsUntilAPeriodHasBeenQuiet) {
  Happen(3);
  PassPeriods(1);
  EXPECT_EQ(health_.state(), HealthState::kDegraded);
  Happen(1);
  PassPeriods(1);
  EXPECT_EQ(health_.state(), HealthState::kDegraded);
  PassPeriods(1);
  EXPECT_EQ(health_.state(), HealthState::kOk);
}

TEST_F(SpellTest, WithoutHealthNothingHappens) {
  Spell spell(scheduler_, nullptr, "listeners", "flood", 1, [](uint64_t) { return ""; });
  spell.Happened();
}

}  // namespace
}  // namespace sluice::transport
