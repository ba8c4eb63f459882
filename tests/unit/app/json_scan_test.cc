#include "app/json_scan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::app {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

TEST(JsonScan, ObjectIsItsOwnOnlyElement) {
  EXPECT_THAT(SplitJson(R"( {"a":1} )"), Optional(ElementsAre(R"({"a":1})")));
}

TEST(JsonScan, ArrayIsSplitAtItsOwnCommas) {
  EXPECT_THAT(SplitJson(R"([{"a":[1,2],"b":{"c":3}} , {"d":"},{"}])"),
              Optional(ElementsAre(R"({"a":[1,2],"b":{"c":3}})", R"({"d":"},{"})")));
  EXPECT_THAT(SplitJson("[]"), Optional(ElementsAre()));
}

TEST(JsonScan, EscapedQuotesDoNotEndAString) {
  EXPECT_THAT(SplitJson(R"([{"a":"\"},{\\"}])"), Optional(ElementsAre(R"({"a":"\"},{\\"})")));
}

TEST(JsonScan, CutTextIsRefused) {
  const std::string_view text = R"([{"a":[1,"x\"y"]},{"b":{}}])";
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(SplitJson(text.substr(0, size)), std::nullopt) << size;
  }
}

TEST(JsonScan, OtherThingsAreRefused) {
  for (const char* text : {"", "1", "[1,2]", "[{}{}]", "[{},]", "{}{}", "[{}]x", "{]", "[{]}"}) {
    const auto split = SplitJson(text);
    EXPECT_TRUE(!split || *split == std::vector<std::string_view>{text}) << text;
  }
  EXPECT_EQ(SplitJson(std::string(1000, '[')), std::nullopt);
  EXPECT_EQ(SplitJson("[" + std::string(1000, '{') + std::string(1000, '}') + "]"), std::nullopt);
}

TEST(JsonScan, FindsMembersOfTheObjectItself) {
  const std::string_view object = R"({ "a" : {"id":"inner"}, "b":[{"id":"x"}], "id" : "outer" })";
  EXPECT_THAT(FindString(object, "id"), Optional(std::string_view("outer")));
  EXPECT_THAT(FindMember(object, "a"), Optional(std::string_view(R"({"id":"inner"})")));
  EXPECT_EQ(FindString(object, "nothing"), std::nullopt);
}

TEST(JsonScan, KeysAreNotFoundInValues) {
  EXPECT_EQ(FindString(R"({"a":"id","b":"\"id\":\"x\""})", "id"), std::nullopt);
}

TEST(JsonScan, OnlyPlainStringsAreStrings) {
  EXPECT_EQ(FindString(R"({"id":5})", "id"), std::nullopt);
  EXPECT_EQ(FindString(R"({"id":"a\u0041"})", "id"), std::nullopt);
  EXPECT_THAT(FindString(R"({"id":""})", "id"), Optional(std::string_view("")));
}

TEST(JsonScan, CutObjectsAreSafe) {
  const std::string_view object = R"({"a":{"b":"c\""},"id":"x"})";
  for (size_t size = 0; size < object.size(); ++size) {
    EXPECT_EQ(FindString(object.substr(0, size), "id"), std::nullopt) << size;
  }
}

}  // namespace
}  // namespace sluice::app
