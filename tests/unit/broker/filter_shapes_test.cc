#include "broker/filter_shapes.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "broker/subscription_tree.h"

namespace sluice::broker {
namespace {

class FilterShapesTest : public testing::Test {
 protected:
  Shares shares_;
  const PartyRef a_ = shares_.Of("a", 1), b_ = shares_.Of("b", 1), hub_ = shares_.Of("hub", 3);
};

TEST_F(FilterShapesTest, FiltersOfOneShapeCountOnce) {
  FilterShapes shapes(2, 10);
  EXPECT_TRUE(shapes.Add("devices/+/state", a_));  // Two levels from the '+' on.
  EXPECT_TRUE(shapes.Add("rooms/+/light", a_));
  EXPECT_TRUE(shapes.Add("rooms/+", a_));
  EXPECT_TRUE(shapes.Add("rooms/+/#", b_));
  EXPECT_EQ(shapes.size(), 2U);
  EXPECT_FALSE(shapes.Add("+/x", a_));
}

TEST_F(FilterShapesTest, DeepLevelsAreToldApart) {
  FilterShapes shapes(1, 10);
  const std::string deep(kMaxFilterLevels - 1, '/');
  EXPECT_TRUE(shapes.Add(deep + "+", a_));
  EXPECT_TRUE(shapes.Add(deep + "+", a_));
  EXPECT_FALSE(shapes.Add(deep.substr(64) + "+", a_));
  EXPECT_FALSE(shapes.Add(deep.substr(1) + "+", a_));
}

TEST_F(FilterShapesTest, WithoutPlusEverythingIsFree) {
  FilterShapes shapes(0, 0);
  EXPECT_TRUE(shapes.Add("a/b/c/#", a_));
  EXPECT_TRUE(shapes.Add("#", a_));
  EXPECT_FALSE(shapes.Add("a/+", a_));
}

TEST_F(FilterShapesTest, ShareOfARuleMultipliesTheBound) {
  FilterShapes shapes(1, 10);
  EXPECT_FALSE(shapes.Add("+/x", a_));
  EXPECT_TRUE(shapes.Add("+/x/y", hub_));
}

TEST_F(FilterShapesTest, SeveralPartiesMeetTheBoundOfAll) {
  FilterShapes shapes(3, 3);
  EXPECT_TRUE(shapes.Add("+/+", a_));
  EXPECT_FALSE(shapes.Add("a/+/c", b_));
  EXPECT_TRUE(shapes.Add("+/+", b_));
}

TEST_F(FilterShapesTest, WhatIsRemovedMakesRoom) {
  FilterShapes shapes(1, 1);
  EXPECT_TRUE(shapes.Add("+", a_));
  EXPECT_TRUE(shapes.Add("+", b_));
  shapes.Remove("+", a_);
  EXPECT_FALSE(shapes.Add("a/+", a_));
  shapes.Remove("+", b_);
  EXPECT_TRUE(shapes.Add("a/+", a_));
}

// Against a set of the beginnings, spelled.
TEST_F(FilterShapesTest, RandomFiltersCountAsTheirSpelledBeginningsDo) {
  Random random(3);
  FilterShapes shapes(8, 12);
  std::vector<std::pair<std::string, PartyRef>> held;
  for (int step = 0; step < 5000; ++step) {
    if (!held.empty() && random.Below(2) == 0) {
      const size_t i = random.Below(held.size());
      shapes.Remove(held[i].first, held[i].second);
      held.erase(held.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      std::string filter = random.Below(2) == 0 ? "+" : "a";
      while (random.Below(3) > 0) filter += random.Below(2) == 0 ? "/+" : "/a";
      const PartyRef& party = random.Below(2) == 0 ? a_ : hub_;
      if (shapes.Add(filter, party)) held.emplace_back(filter, party);
    }
    std::set<std::string> beginnings;
    for (const auto& [filter, party] : held) {
      for (size_t end = 1; end <= filter.size(); end += 2) {
        const std::string beginning = filter.substr(0, end);
        if (beginning.find('+') != std::string::npos) beginnings.insert(beginning);
      }
    }
    ASSERT_EQ(shapes.size(), beginnings.size());
    shapes.CheckInvariants();
  }
}

}  // namespace
}  // namespace sluice::broker
