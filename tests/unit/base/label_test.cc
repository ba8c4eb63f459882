#include "base/label.h"

#include <gtest/gtest.h>

namespace sluice {
namespace {

TEST(Label, QuotesAnyValue) {
  EXPECT_EQ(Label("stream", "telemetry"), "stream=\"telemetry\"");
  EXPECT_EQ(Label("route", "a\"b\\c\nd"), "route=\"a\\\"b\\\\c\\nd\"");
}

}  // namespace
}  // namespace sluice
