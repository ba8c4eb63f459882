#include "broker/topic_filter.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::broker {
namespace {

TEST(TopicFilter, DepthIsBounded) {
  const std::string slashes(kMaxFilterLevels - 1, '/');
  EXPECT_TRUE(IsWithinMaxLevels(slashes));
  EXPECT_FALSE(IsWithinMaxLevels(slashes + "/"));
}

TEST(TopicFilter, LevelsAreBetweenSlashes) {
  LevelReader levels("/a//");
  std::string seen;
  for (std::string_view level; levels.Next(&level);) seen += "[" + std::string(level) + "]";
  EXPECT_EQ(seen, "[][a][][]");
}

TEST(TopicFilter, LiteralPrefixEndsBeforeTheFirstWildcard) {
  EXPECT_EQ(LiteralPrefix("a/b"), "a/b");
  EXPECT_EQ(LiteralPrefix("a/b/+/c"), "a/b");
  EXPECT_EQ(LiteralPrefix("a/#"), "a");  // because it matches "a"
  EXPECT_EQ(LiteralPrefix("#"), "");
  EXPECT_EQ(LiteralPrefix("/+"), "");
}

struct MatchCase {
  const char* filter;
  const char* topic;
  bool matches;
};

// The examples of section 4.7 and the corners between them.
constexpr MatchCase kMatchCases[] = {
    {"sport/tennis/player1/#", "sport/tennis/player1", true},
    {"sport/tennis/player1/#", "sport/tennis/player1/ranking", true},
    {"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
    {"sport/tennis/player1/#", "sport/tennis/player2", false},
    {"sport/#", "sport", true},
    {"sport/#", "sports", false},
    {"sport/tennis/+", "sport/tennis/player1", true},
    {"sport/tennis/+", "sport/tennis/player1/ranking", false},
    {"sport/+", "sport", false},
    {"sport/+", "sport/", true},
    {"+/+", "/finance", true},
    {"/+", "/finance", true},
    {"+", "/finance", false},
    {"+", "finance", true},
    {"#", "a/b/c", true},
    {"#", "/", true},
    {"+/#", "a", true},
    {"a//b", "a//b", true},
    {"a/b", "a//b", false},
    {"a/+/b", "a//b", true},
    {"a", "a/", false},
    {"a/", "a", false},
    {"ACCOUNTS", "Accounts", false},     // [MQTT-4.7.3-4]: no normalisation
    {"#", "$SYS/uptime", false},         // [MQTT-4.7.2-1]
    {"+/uptime", "$SYS/uptime", false},  // [MQTT-4.7.2-1]
    {"$SYS/#", "$SYS/uptime", true},
    {"$SYS/+", "$SYS/uptime", true},
    {"a/#", "a/$x", true},
    {"a/+", "a/$x", true},
};

TEST(TopicFilter, MatchesAsTheStandardSays) {
  for (const MatchCase& c : kMatchCases) {
    EXPECT_EQ(Matches(c.filter, c.topic), c.matches) << c.filter << " against " << c.topic;
  }
}

}  // namespace
}  // namespace sluice::broker
