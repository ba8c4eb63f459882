#include "broker/topic_filter.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::broker {
namespace {

TEST(TopicFilter, DepthIsBounded) {
  const std::string slashes(kMaxFilterLevels - 1, '/');
  EXPECT_EQ(LevelsOf(slashes), kMaxFilterLevels);
  EXPECT_EQ(LevelsOf(slashes + "/"), kMaxFilterLevels + 1);
  EXPECT_EQ(LevelsOf("a"), 1U);
}

TEST(TopicFilter, LiteralPrefixEndsBeforeTheFirstWildcard) {
  EXPECT_EQ(LiteralPrefix("a/b"), "a/b");
  EXPECT_EQ(LiteralPrefix("a/b/+/c"), "a/b");
  EXPECT_EQ(LiteralPrefix("a/#"), "a");  // because it matches "a"
  EXPECT_EQ(LiteralPrefix("#"), "");
  EXPECT_EQ(LiteralPrefix("/+"), "");
}

}  // namespace
}  // namespace sluice::broker
