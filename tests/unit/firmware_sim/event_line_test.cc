#include "firmware_sim/event_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::fleet {
namespace {

using testing::HasSubstr;

constexpr const char* kEvent =
    R"({"id":"g/t/7","gateway":"g","stream":"t","offset":7,"type":"climate.reading.v1","device":"d","identity":"i",)"
    R"("sequence":12,"readings":[{"name":"temperature","value":21.5}]})";

class EventLineTest : public testing::Test {
 protected:
  Status Parse(std::string_view text) { return parser_.Parse(text, &line_, &column_); }

  EventLineParser parser_;
  EventLine line_;
  size_t column_ = 0;
};

TEST_F(EventLineTest, ReadsAnEvent) {
  ASSERT_TRUE(Parse(kEvent).ok());
  EXPECT_EQ(line_.gateway, "g");
  EXPECT_EQ(line_.stream, "t");
  EXPECT_EQ(line_.offset, 7u);
  EXPECT_EQ(line_.type, "climate.reading.v1");
  EXPECT_EQ(line_.device, "d");
  EXPECT_EQ(line_.identity, "i");
  EXPECT_EQ(line_.sequence, 12u);
  EXPECT_FALSE(line_.is_gap);
}

TEST_F(EventLineTest, SequenceMayBeMissingOrNull) {
  ASSERT_TRUE(Parse(R"({"gateway":"g","stream":"t","offset":7,"type":"x","device":"d"})").ok());
  EXPECT_FALSE(line_.sequence);
  ASSERT_TRUE(
      Parse(R"({"gateway":"g","stream":"t","offset":7,"type":"x","device":"d","sequence":null})")
          .ok());
  EXPECT_FALSE(line_.sequence);
}

TEST_F(EventLineTest, ReadsAGap) {
  ASSERT_TRUE(
      Parse(R"({"gap":{"gateway":"g","stream":"t","first":10,"last":19,"reason":"evicted"}})")
          .ok());
  EXPECT_TRUE(line_.is_gap);
  EXPECT_EQ(line_.gap_events, 10u);
}

TEST_F(EventLineTest, ReadsWhereAGapIsAndWhy) {
  ASSERT_TRUE(
      Parse(R"({"gap":{"gateway":"g","stream":"t","first":10,"last":19,"reason":"evicted"}})")
          .ok());
  EXPECT_EQ(line_.gateway, "g");
  EXPECT_EQ(line_.stream, "t");
  EXPECT_EQ(line_.gap_first, 10u);
  EXPECT_EQ(line_.gap_last, 19u);
  EXPECT_EQ(line_.reason, "evicted");
}

TEST_F(EventLineTest, ReadsACloudEvent) {
  ASSERT_TRUE(
      Parse(R"({"specversion":"1.0","id":"g/t/7","source":"/sluice/g/t",)"
            R"("type":"climate.reading.v1","subject":"d","sequence":"00000000000000000007",)"
            R"("data":{"identity":"i","sequence":12,"readings":[{"name":"a","value":1}]}})")
          .ok());
  EXPECT_EQ(line_.gateway, "g");
  EXPECT_EQ(line_.stream, "t");
  EXPECT_EQ(line_.offset, 7u);
  EXPECT_EQ(line_.type, "climate.reading.v1");
  EXPECT_EQ(line_.device, "d");
  EXPECT_EQ(line_.identity, "i");
  EXPECT_EQ(line_.sequence, 12u);
}

TEST_F(EventLineTest, CutAnywhereIsAnErrorWithAColumnInside) {
  const std::string_view text = kEvent;
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(Parse(text.substr(0, size)).ok()) << text.substr(0, size);
    EXPECT_GE(column_, 1u);
    EXPECT_LE(column_, size + 1);
  }
}

TEST_F(EventLineTest, MissingMemberIsNamed) {
  EXPECT_THAT(Parse(R"({"gateway":"g","offset":7,"type":"x","device":"d"})").message(),
              HasSubstr("\"stream\""));
}

TEST_F(EventLineTest, RubbishIsAnError) {
  for (const char* text :
       {"[]", "7", "null", "{}x", "\"\"", "{\"offset\":\"seven\"}", "{\"offset\":-1}", " "}) {
    EXPECT_FALSE(Parse(text).ok()) << text;
  }
}

TEST_F(EventLineTest, ParserGoesOnAfterAnError) {
  EXPECT_FALSE(Parse("{").ok());
  EXPECT_TRUE(Parse(kEvent).ok());
}

}  // namespace
}  // namespace sluice::fleet
