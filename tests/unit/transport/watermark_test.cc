#include "transport/watermark.h"

#include <gtest/gtest.h>

namespace sluice::transport {
namespace {

using Event = Watermark::Event;

TEST(WatermarkTest, OnlyCrossingsAreEvents) {
  Watermark mark(10, 20);
  EXPECT_EQ(mark.Update(19), Event::kNone);
  EXPECT_EQ(mark.Update(20), Event::kRoseAboveHigh);
  EXPECT_EQ(mark.Update(30), Event::kNone);
  EXPECT_EQ(mark.Update(11), Event::kNone);
  EXPECT_TRUE(mark.above());
  EXPECT_EQ(mark.Update(10), Event::kFellBelowLow);
  EXPECT_EQ(mark.Update(0), Event::kNone);
}

TEST(WatermarkTest, RaisedItIsAboveUntilItFallsBelowLow) {
  Watermark mark(10, 20);
  EXPECT_TRUE(mark.Raise());
  EXPECT_FALSE(mark.Raise());
  EXPECT_EQ(mark.Update(15), Event::kNone);
  EXPECT_EQ(mark.Update(30), Event::kNone);
  EXPECT_EQ(mark.Update(10), Event::kFellBelowLow);
}

}  // namespace
}  // namespace sluice::transport
