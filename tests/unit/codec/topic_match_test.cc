#include "codec/topic_match.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::codec {
namespace {

TEST(TopicMatchTest, LevelsAreBetweenSlashes) {
  LevelReader levels("/a//");
  std::string seen;
  for (std::string_view level; levels.Next(&level);) seen += "[" + std::string(level) + "]";
  EXPECT_EQ(seen, "[][a][][]");
}

TEST(TopicMatchTest, LevelsCountFromBothEnds) {
  EXPECT_EQ(TopicLevel("tele/th16/SENSOR", 1), "th16");
  EXPECT_EQ(TopicLevel("tele/th16/SENSOR", -2), "th16");
  EXPECT_EQ(TopicLevel("tele/th16/SENSOR", 0), "tele");
  EXPECT_EQ(TopicLevel("tele/th16/SENSOR", -3), "tele");
  EXPECT_EQ(TopicLevel("a", -1), "a");
  EXPECT_EQ(TopicLevel("a/", -1), "");
  EXPECT_EQ(TopicLevel("tele/th16/SENSOR", 3), std::nullopt);
  EXPECT_EQ(TopicLevel("tele/th16/SENSOR", -4), std::nullopt);
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
    {"a/b", "a/b", true},
    {"a/b", "a/c", false},
    {"a/b", "a", false},
    {"a", "a/b", false},
    {"a/b", "a/b/", false},
    {"sport/#", "sport/a/b", true},
    {"sport/#", "sportive", false},
    {"#", "a/b", true},
    {"+", "a", true},
    {"+", "/a", false},
    {"/+", "/a", true},
    {"+/+", "/a", true},
    {"a/+", "a", false},
    {"a/+", "a/", true},
    {"a/+/c", "a/b/c", true},
    {"a/+/c", "a/b/d", false},
    {"+/tele/#", "x/tele", true},
    {"devices/+/tele/+/SENSOR", "devices/d/tele/t/SENSOR", true},
    {"+/x", "$SYS/x", false},  // [MQTT-4.7.2-1]
};

TEST(TopicMatchTest, MatchesAsTheStandardSays) {
  for (const MatchCase& c : kMatchCases) {
    EXPECT_EQ(Matches(c.filter, c.topic), c.matches) << c.filter << " against " << c.topic;
  }
}

struct OverlapCase {
  std::string_view one;
  std::string_view other;
  bool overlap;
};

constexpr OverlapCase kOverlapCases[] = {
    {"a/b", "a/b", true},    {"a/b", "a/c", false},  {"a/+", "+/b", true},
    {"a/#", "+/b/c", true},  {"a", "a/#", true},     {"a/+", "a", false},
    {"a/+/c", "a/b", false}, {"#", "a", true},       {"a/b/c", "a/+", false},
    {"#", "$SYS/x", false},  {"+/x", "$S/x", false}, {"$S/#", "$S/+", true},
    {"a//b", "a/+/b", true}, {"+/+", "+", false},    {"#", "#", true},
};

TEST(TopicMatchTest, FiltersOverlapWhereATopicMatchesBoth) {
  for (const OverlapCase& c : kOverlapCases) {
    EXPECT_EQ(Overlap(c.one, c.other), c.overlap) << c.one << " and " << c.other;
    EXPECT_EQ(Overlap(c.other, c.one), c.overlap) << c.other << " and " << c.one;
  }
}

}  // namespace
}  // namespace sluice::codec
