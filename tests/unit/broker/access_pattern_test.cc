#include "broker/access_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::broker {
namespace {

TEST(TopicPattern, WhatIsNoTopicFilterIsRefusedByItsText) {
  for (const char* text : {"", "a/#/b", "a+", "a/{device}", "a/{identity", "{client_id}/#"}) {
    const auto pattern = TopicPattern::Parse(text);
    ASSERT_FALSE(pattern.ok()) << text;
    EXPECT_EQ(pattern.status().code(), StatusCode::kInvalidArgument);
    EXPECT_TRUE(pattern.status().message().starts_with("'" + std::string(text) + "' "))
        << pattern.status().message();
  }
}

TEST(TopicPattern, ForAnyIdentityIsAFilterForAll) {
  EXPECT_EQ(TopicPattern::Parse("devices/{identity}/#")->ForAnyIdentity(), "devices/+/#");
  EXPECT_EQ(TopicPattern::Parse("/a-{identity}-b//c")->ForAnyIdentity(), "/+//c");
}

TEST(TopicPattern, EqualsItsTextOnly) {
  EXPECT_EQ(*TopicPattern::Parse("a/{identity}"), *TopicPattern::Parse("a/{identity}"));
  EXPECT_NE(*TopicPattern::Parse("a/+"), *TopicPattern::Parse("a/{identity}"));
}

TEST(DevicePattern, WhatNoDeviceCanMatchIsRefusedByItsText) {
  for (const char* text : {"", "a/b", "a/#", "+", "$SYS", "{client_id}", "{device}", "a{"}) {
    const auto pattern = DevicePattern::Parse(text);
    ASSERT_FALSE(pattern.ok()) << text;
    EXPECT_TRUE(pattern.status().message().starts_with("'" + std::string(text) + "' "))
        << pattern.status().message();
  }
}

}  // namespace
}  // namespace sluice::broker
