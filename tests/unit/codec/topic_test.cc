#include "codec/topic.h"

#include <gtest/gtest.h>

namespace sluice::codec {
namespace {

TEST(TopicTest, NamesHaveNoWildcards) {
  for (const char* name : {"a", "/", "//", "a/b", "/a", "a/", "$SYS/x", " ", "$share/g/a"}) {
    EXPECT_TRUE(IsTopicName(name)) << name;
  }
  // [MQTT-4.7.0-1] [MQTT-4.7.3-1]
  for (const char* name : {"", "#", "+", "a/#", "a+b", "a/+/b"}) {
    EXPECT_FALSE(IsTopicName(name)) << name;
  }
}

TEST(TopicTest, WildcardsStandAlone) {
  for (const char* filter :
       {"#", "+", "/", "a", "a/#", "+/#", "+/+", "/+", "a/+/b", "+//#", "$SYS/#"}) {
    EXPECT_TRUE(IsTopicFilter(filter)) << filter;
  }
  // [MQTT-4.7.1-1] [MQTT-4.7.1-2] [MQTT-4.7.3-1]
  for (const char* filter : {"", "a#", "a/#/b", "#/", "##", "a+", "+a", "a/b+/c", "+#", "a/b#"}) {
    EXPECT_FALSE(IsTopicFilter(filter)) << filter;
  }
}

TEST(TopicTest, SharedFiltersHaveAGroupAndAFilter) {
  SharedFilter shared;
  ASSERT_TRUE(ParseSharedFilter("$share/group/a/+/c", &shared));
  EXPECT_EQ(shared.group, "group");
  EXPECT_EQ(shared.filter, "a/+/c");
  ASSERT_TRUE(ParseSharedFilter("$share/g//", &shared));
  EXPECT_EQ(shared.filter, "/");
}

// [MQTT-4.8.2-1] [MQTT-4.8.2-2]
TEST(TopicTest, MalformedSharedFiltersAreNoFilters) {
  for (const char* filter : {"$share/", "$share//a", "$share/g", "$share/g/", "$share/+/a",
                             "$share/g#/a", "$share/g/a#"}) {
    EXPECT_TRUE(IsShared(filter)) << filter;
    EXPECT_FALSE(IsTopicFilter(filter)) << filter;
  }
}

TEST(TopicTest, OnlyTheWholeFirstLevelMakesAFilterShared) {
  for (const char* filter : {"$share", "$shared/g/a", "a/$share/g/b", "$SHARE/g/a"}) {
    EXPECT_FALSE(IsShared(filter)) << filter;
    EXPECT_TRUE(IsTopicFilter(filter)) << filter;
  }
}

}  // namespace
}  // namespace sluice::codec
