#include <gmock/gmock.h>

#include <cmath>

#include "normalise_fixture.h"

namespace sluice::normalise {
namespace {

using schema::Quality;
using Type = ReadingRule::Type;

class ReadingTest : public NormaliseTest {
 protected:
  double NumberOf(std::string_view payload) {
    const schema::Reading reading = ReadingOf(payload);
    const auto* number = std::get_if<double>(&reading.value);
    return number == nullptr ? std::nan("") : *number;
  }
};

TEST_F(ReadingTest, NumbersOfEveryKindAreDoubles) {
  EXPECT_EQ(NumberOf(R"({"t":21.5})"), 21.5);
  EXPECT_EQ(NumberOf(R"({"t":-3})"), -3.0);
  EXPECT_EQ(NumberOf(R"({"t":1e-3})"), 0.001);
  EXPECT_EQ(NumberOf(R"({"t":18446744073709551615})"), 18446744073709551615.0);
}

TEST_F(ReadingTest, UnitsBecomeCanonical) {
  rule().unit_in = "[degF]";
  EXPECT_EQ(NumberOf(R"({"t":68})"), 20.0);
  EXPECT_EQ(view_.reading(0).unit, "Cel");
}

TEST_F(ReadingTest, ScaleAndOffsetComeBeforeTheUnit) {
  rule().unit_in = "mV";
  rule().scale = 10;
  rule().offset = 500;
  EXPECT_EQ(NumberOf(R"({"t":50})"), 1.0);  // 50 · 10 + 500 mV
}

TEST_F(ReadingTest, ThePayloadMayNameItsUnit) {
  rule().unit_in = "Cel";
  rule().unit_member = "/u";
  rule().unit_words = {{"C", "Cel"}, {"F", "[degF]"}};
  EXPECT_EQ(NumberOf(R"({"t":68,"u":"F"})"), 20.0);
  EXPECT_EQ(NumberOf(R"({"t":68,"u":"C"})"), 68.0);
  EXPECT_EQ(NumberOf(R"({"t":68})"), 68.0);
}

TEST_F(ReadingTest, AnUnknownUnitMakesTheValueUncertain) {
  rule().unit_in = "Cel";
  rule().unit_member = "/u";
  rule().unit_words = {{"F", "[degF]"}};
  EXPECT_EQ(ReadingOf(R"({"t":68,"u":"R"})").quality, Quality::kUncertain);
}

TEST_F(ReadingTest, OutOfRangeIsMarkedAndKept) {
  rule().min = -40;
  rule().max = 85;
  EXPECT_EQ(ReadingOf(R"({"t":85})").quality, Quality::kGood);
  EXPECT_EQ(ReadingOf(R"({"t":-40})").quality, Quality::kGood);
  EXPECT_EQ(ReadingOf(R"({"t":85.01})").quality, Quality::kOutOfRange);
  EXPECT_EQ(NumberOf(R"({"t":-41})"), -41.0);
}

TEST_F(ReadingTest, TheRangeIsInTheCanonicalUnit) {
  rule().unit_in = "mV";
  rule().max = 24;
  EXPECT_EQ(ReadingOf(R"({"t":3000})").quality, Quality::kGood);
}

TEST_F(ReadingTest, AScaleThatOverflowsIsOutOfRange) {
  rule().scale = 1e300;
  EXPECT_EQ(ReadingOf(R"({"t":1e300})").quality, Quality::kOutOfRange);
}

TEST_F(ReadingTest, AnotherTypeIsMarkedAndKept) {
  EXPECT_EQ(ReadingOf(R"({"t":"hot"})").quality, Quality::kWrongType);
  EXPECT_EQ(std::get<std::string_view>(view_.reading(0).value), "hot");
  EXPECT_EQ(std::get<bool>(ReadingOf(R"({"t":true})").value), true);
  EXPECT_EQ(view_.reading(0).quality, Quality::kWrongType);
}

TEST_F(ReadingTest, ObjectsAndArraysAreNoValues) {
  EXPECT_EQ(ReasonFor(R"({"t":{}})"), Reason::kWrongType);
  EXPECT_EQ(ReasonFor(R"({"t":[1]})"), Reason::kWrongType);
}

TEST_F(ReadingTest, NumbersAsTextAreReadWhenAllowed) {
  rule().from_text = true;
  EXPECT_EQ(NumberOf(R"({"t":"41.89"})"), 41.89);
  for (const char* payload :
       {R"({"t":"nan"})", R"({"t":"inf"})", R"({"t":"1e999"})", R"({"t":"4 "})", R"({"t":""})"}) {
    EXPECT_EQ(ReadingOf(payload).quality, Quality::kWrongType) << payload;
  }
}

TEST_F(ReadingTest, IntegersStayIntegers) {
  rule().type = Type::kInteger;
  EXPECT_EQ(std::get<int64_t>(ReadingOf(R"({"t":9007199254740993})").value), 9007199254740993);
  EXPECT_EQ(std::get<int64_t>(ReadingOf(R"({"t":3.0})").value), 3);
}

TEST_F(ReadingTest, FractionsAndHugeNumbersAreNoIntegers) {
  rule().type = Type::kInteger;
  EXPECT_EQ(ReadingOf(R"({"t":3.5})").quality, Quality::kWrongType);
  EXPECT_EQ(ReadingOf(R"({"t":1e300})").quality, Quality::kWrongType);
  EXPECT_EQ(ReadingOf(R"({"t":18446744073709551615})").quality, Quality::kWrongType);
}

TEST_F(ReadingTest, BooleansMayBeWords) {
  rule().type = Type::kBool;
  rule().true_words = {"ON", "open"};
  rule().false_words = {"OFF"};
  EXPECT_EQ(std::get<bool>(ReadingOf(R"({"t":true})").value), true);
  EXPECT_EQ(std::get<bool>(ReadingOf(R"({"t":"open"})").value), true);
  EXPECT_EQ(std::get<bool>(ReadingOf(R"({"t":"OFF"})").value), false);
  EXPECT_EQ(ReadingOf(R"({"t":"AUS"})").quality, Quality::kWrongType);
}

TEST_F(ReadingTest, TextIsCutBetweenCharacters) {
  rule().type = Type::kText;
  limits_.max_text_bytes = 3;
  EXPECT_EQ(std::get<std::string_view>(ReadingOf(R"({"t":"abc"})").value), "abc");
  EXPECT_EQ(std::get<std::string_view>(ReadingOf(R"({"t":"abcd"})").value), "abc");
  EXPECT_EQ(std::get<std::string_view>(ReadingOf(R"({"t":"abäd"})").value), "ab");
}

TEST_F(ReadingTest, ItemsOfArraysAreReadByIndex) {
  rule().member = "/t/1";
  EXPECT_EQ(NumberOf(R"({"t":[1,2,3]})"), 2.0);
  EXPECT_EQ(ReasonFor(R"({"t":[1]})"), Reason::kNoReading);
}

TEST_F(ReadingTest, OfDuplicateMembersTheFirstCounts) {
  EXPECT_EQ(NumberOf(R"({"t":1,"t":2})"), 1.0);
}

}  // namespace
}  // namespace sluice::normalise
