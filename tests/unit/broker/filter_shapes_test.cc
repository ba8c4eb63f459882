#include "broker/filter_shapes.h"

#include <gtest/gtest.h>

#include <string>

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

}  // namespace
}  // namespace sluice::broker
