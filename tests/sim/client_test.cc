#include "sim/client.h"

#include <gtest/gtest.h>

#include "sim/world.h"

namespace sluice::sim {
namespace {

// Whole histories with one kind of trouble of the field's, each ended by a calm in which everybody
// gets in and is answered.
class ClientsTest : public testing::TestWithParam<Trouble> {};

TEST_P(ClientsTest, GetOverTheirTrouble) {
  for (uint64_t seed = 1; seed <= 2; ++seed) {
    Plan plan = Draw(seed);
    plan.troubles.reset();
    plan.troubles.set(static_cast<size_t>(GetParam()));
    plan.rates.fill(2);
    plan.calms_down = true;
    plan.length = std::chrono::minutes(1);
    const Outcome outcome = Live(plan);
    EXPECT_FALSE(outcome.broken) << "seed " << seed << ": " << outcome.what;
    EXPECT_EQ(Live(plan).hash, outcome.hash);
  }
}

INSTANTIATE_TEST_SUITE_P(Each, ClientsTest,
                         testing::Values(Trouble::kDelays, Trouble::kSplits, Trouble::kCuts,
                                         Trouble::kHalfOpen, Trouble::kSlowLinks,
                                         Trouble::kReconnecting, Trouble::kSleeping,
                                         Trouble::kResending, Trouble::kSlowReaders, Trouble::kRude,
                                         Trouble::kMalformed, Trouble::kTakeovers,
                                         Trouble::kForgery, Trouble::kFloods,
                                         Trouble::kSubscriberStalls),
                         [](const auto& trouble) {
                           std::string name(TroubleName(trouble.param));
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace sluice::sim
