#include "broker/share.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>

namespace sluice::broker {
namespace {

constexpr Budget kBudget = Budget::kRetained;

class ShareTest : public testing::Test {
 protected:
  Holding& Hold(const PartyRef& party, uint64_t amount) {
    Holding& holding = holdings_.emplace_back();
    holding.BelongTo(party, kBudget, &holding);
    holding.Set(amount);
    return holding;
  }
  std::string GivesWay(const PartyRef& wants, uint64_t more) {
    const Party* const party = shares_.GivesWay(kBudget, *wants, more);
    return party == nullptr ? "" : party->name();
  }

  Shares shares_;
  std::deque<Holding> holdings_;
};

TEST_F(ShareTest, WhoHasMostGivesWay) {
  const PartyRef a = shares_.Of("a", 1), b = shares_.Of("b", 1), c = shares_.Of("c", 1);
  Hold(a, 10);
  Hold(b, 20);
  EXPECT_EQ(GivesWay(c, 5), "b");
  EXPECT_EQ(GivesWay(a, 5), "b");
  EXPECT_EQ(shares_.used(kBudget), 30U);
}

TEST_F(ShareTest, WhoWouldHaveMostIsRefusedItself) {
  const PartyRef a = shares_.Of("a", 1), b = shares_.Of("b", 1);
  Hold(a, 10);
  EXPECT_EQ(GivesWay(a, 1), "");
  EXPECT_EQ(GivesWay(b, 10), "");  // Equal: whoever is there stays.
  EXPECT_EQ(GivesWay(b, 9), "a");
}

TEST_F(ShareTest, ShareOfARuleCountsAsManyIdentities) {
  const PartyRef hub = shares_.Of("hub", 10), a = shares_.Of("a", 1);
  Hold(hub, 100);
  Hold(a, 20);
  EXPECT_EQ(GivesWay(hub, 90), "a");
  EXPECT_EQ(GivesWay(hub, 100), "");
  EXPECT_EQ(GivesWay(a, 1), "");
}

TEST_F(ShareTest, PartyLivesAsLongAsAnybodyRefersToIt) {
  PartyRef a = shares_.Of("a", 1);
  EXPECT_EQ(&*a, &*shares_.Of("a", 5));
  Hold(a, 3);
  a = {};
  EXPECT_EQ(shares_.parties(), 1U);
  holdings_.clear();
  EXPECT_EQ(shares_.parties(), 0U);
  EXPECT_EQ(shares_.used(kBudget), 0U);
}

TEST_F(ShareTest, HoldingsStandInTheOrderInWhichTheyCame) {
  const PartyRef a = shares_.Of("a", 1);
  Holding& first = Hold(a, 1);
  Holding& second = Hold(a, 1);
  Holding& third = Hold(a, 1);
  EXPECT_EQ(Shares::FirstOf(kBudget, *a), &first);
  first.Set(0);
  third.Set(5);
  EXPECT_EQ(Shares::FirstOf(kBudget, *a), &second);
  EXPECT_EQ(Shares::LastOf(kBudget, *a), &third);
  first.Set(1);
  EXPECT_EQ(Shares::LastOf(kBudget, *a), &first);
}

TEST_F(ShareTest, HoldingMovesToAnotherParty) {
  const PartyRef a = shares_.Of("a", 1), b = shares_.Of("b", 1);
  Holding& holding = Hold(a, 4);
  holding.BelongTo(b, kBudget, &holding);
  EXPECT_EQ(a->used(kBudget), 0U);
  EXPECT_EQ(b->used(kBudget), 4U);
}

// Against a slow, obvious model.
TEST_F(ShareTest, LargestIsTheLargestWhateverHappened) {
  std::mt19937 random(7);
  std::vector<PartyRef> parties;
  parties.reserve(20);
  for (int i = 0; i < 20; ++i) parties.push_back(shares_.Of("p" + std::to_string(i), 1 + i % 3));
  for (int i = 0; i < 60; ++i) Hold(parties[random() % parties.size()], 0);
  const PartyRef nobody = shares_.Of("nobody", 1);
  for (int step = 0; step < 5'000; ++step) {
    Holding& holding = holdings_[random() % holdings_.size()];
    holding.Set(random() % 4 == 0 ? 0 : random() % 50);
    if (random() % 8 == 0) holding.BelongTo(parties[random() % parties.size()], kBudget, &holding);
    shares_.CheckInvariants();
    const auto weight = [](const PartyRef& p) {
      return static_cast<double>(p->used(kBudget)) / static_cast<double>(p->share());
    };
    const auto largest = std::max_element(
        parties.begin(), parties.end(),
        [&](const PartyRef& one, const PartyRef& other) { return weight(one) < weight(other); });
    const Party* const said = shares_.GivesWay(kBudget, *nobody, 0);
    ASSERT_EQ(said == nullptr, weight(*largest) == 0);
    if (said == nullptr) continue;
    ASSERT_EQ(static_cast<double>(said->used(kBudget)) / static_cast<double>(said->share()),
              weight(*largest));
  }
}

}  // namespace
}  // namespace sluice::broker
