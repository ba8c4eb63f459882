#include "normalise/topic_pattern.h"

#include <gtest/gtest.h>

namespace sluice::normalise {
namespace {

struct Case {
  const char* filter;
  const char* topic;
  bool matches;
};

// The examples of section 4.7, and the edges.
TEST(TopicPatternTest, FiltersMatchAsMqttSays) {
  const Case cases[] = {
      {"a/b", "a/b", true},
      {"a/b", "a/c", false},
      {"a/b", "a", false},
      {"a", "a/b", false},
      {"a/b", "a/b/", false},
      {"sport/#", "sport", true},
      {"sport/#", "sport/a/b", true},
      {"sport/#", "sportive", false},
      {"#", "a/b", true},
      {"#", "/", true},
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
      {"a//b", "a//b", true},
      {"a/+/b", "a//b", true},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(TopicPattern(c.filter).Matches(c.topic), c.matches) << c.filter << " " << c.topic;
  }
}

TEST(TopicPatternTest, WildcardsAtTheFrontSkipSystemTopics) {  // [MQTT-4.7.2-1]
  EXPECT_FALSE(TopicPattern("#").Matches("$SYS/x"));
  EXPECT_FALSE(TopicPattern("+/x").Matches("$SYS/x"));
  EXPECT_TRUE(TopicPattern("$SYS/#").Matches("$SYS/x"));
}

TEST(TopicPatternTest, LevelsCountFromBothEnds) {
  EXPECT_EQ(TopicLevel("tele/th16/SENSOR", 1), "th16");
  EXPECT_EQ(TopicLevel("tele/th16/SENSOR", -2), "th16");
  EXPECT_EQ(TopicLevel("tele/th16/SENSOR", 0), "tele");
  EXPECT_EQ(TopicLevel("tele/th16/SENSOR", -3), "tele");
  EXPECT_EQ(TopicLevel("a", -1), "a");
  EXPECT_EQ(TopicLevel("a/", -1), "");
  EXPECT_EQ(TopicLevel("tele/th16/SENSOR", 3), std::nullopt);
  EXPECT_EQ(TopicLevel("tele/th16/SENSOR", -4), std::nullopt);
}

}  // namespace
}  // namespace sluice::normalise
