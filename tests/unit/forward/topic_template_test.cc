#include "forward/topic_template.h"

#include <gtest/gtest.h>

namespace sluice::forward {
namespace {

std::string Render(std::string_view text, std::string_view device) {
  schema::EventFields fields;
  fields.gateway = "gw";
  fields.stream = "telemetry";
  fields.device = device;
  fields.identity = "hub";
  fields.type = "climate.reading.v1";
  fields.severity = schema::Severity::kError;
  std::string topic = "what was there before";
  TopicTemplate::Parse(text)->Render(fields, &topic);
  return topic;
}

TEST(TopicTemplate, EveryPlaceIsFilled) {
  EXPECT_EQ(Render("a/{gateway}/{stream}/{device}/{identity}/{type}/{severity}/z", "d1"),
            "a/gw/telemetry/d1/hub/climate.reading.v1/error/z");
}

TEST(TopicTemplate, PlacesMayTouch) { EXPECT_EQ(Render("{device}{gateway}", "d1"), "d1gw"); }

TEST(TopicTemplate, DefaultNamesNoDevice) {
  EXPECT_EQ(TopicTemplate().text(), "sluice/{gateway}/{stream}");
  EXPECT_FALSE(TopicTemplate().per_event());
}

TEST(TopicTemplate, KnowsWhetherItDependsOnTheEvent) {
  EXPECT_TRUE(TopicTemplate::Parse("{device}")->per_event());
  EXPECT_TRUE(TopicTemplate::Parse("{gateway}/{severity}")->per_event());
  EXPECT_FALSE(TopicTemplate::Parse("{gateway}/{stream}")->per_event());
}

TEST(TopicTemplate, DeviceCannotLeaveItsLevel) {
  EXPECT_EQ(Render("t/{device}", "a/b+c#d%e"), "t/a%2Fb%2Bc%23d%25e");
}

TEST(TopicTemplate, ControlCharactersAndBadUtf8AreEscaped) {
  EXPECT_EQ(Render("t/{device}", std::string_view("a\0b\nc", 5)), "t/a%00b%0Ac");
  EXPECT_EQ(Render("t/{device}", "k\xC3\xBC"), "t/k\xC3\xBC");
  EXPECT_EQ(Render("t/{device}", "k\xC3"), "t/k%C3");
}

TEST(TopicTemplate, EmptyValueKeepsItsLevel) { EXPECT_EQ(Render("t/{device}/x", ""), "t/_/x"); }

TEST(TopicTemplate, DeviceCannotReachTheBrokersOwnTopics) {  // [MQTT-4.7.2-1]
  EXPECT_EQ(Render("{device}/x", "$SYS"), "%24SYS/x");
  EXPECT_EQ(Render("t/{device}", "$SYS"), "t/$SYS");
}

TEST(TopicTemplate, GapBelongsToNoDevice) {
  std::string topic;
  TopicTemplate::Parse("{gateway}/{device}/{identity}/{type}/{severity}")
      ->RenderForGap("gw", "telemetry", &topic);
  EXPECT_EQ(topic, "gw/_/_/sluice.gap.v1/warning");
}

TEST(TopicTemplate, BadTemplatesAreRefused) {
  for (const std::string_view text : {"", "a/+/b", "a/#", "$SYS/x", "a/{nothing}", "a/{device",
                                      "a/device}", "{}", "a/{{device}}", "a\xFF"}) {
    const Result<TopicTemplate> parsed = TopicTemplate::Parse(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.status().code(), StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace sluice::forward
