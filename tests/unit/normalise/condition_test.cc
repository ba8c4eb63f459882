#include "normalise/condition.h"

#include "normalise_fixture.h"

namespace sluice::normalise {
namespace {

class ConditionTest : public NormaliseTest {
 protected:
  // Whether an event comes to be under the condition.
  bool Holds(Condition condition, std::string_view payload) {
    profile_.events[0].when = {std::move(condition)};
    normaliser_.reset();
    return Give(payload) == Verdict::kEvents;
  }
};

TEST_F(ConditionTest, AbsentIsWhatIsNotThereOrNull) {
  const Condition absent{.member = "/x", .test = Condition::Test::kAbsent};
  EXPECT_TRUE(Holds(absent, R"({"t":1})"));
  EXPECT_TRUE(Holds(absent, R"({"t":1,"x":null})"));
  EXPECT_FALSE(Holds(absent, R"({"t":1,"x":0})"));
}

TEST_F(ConditionTest, PresentIsTheOpposite) {
  const Condition present{.member = "/x", .test = Condition::Test::kPresent};
  EXPECT_FALSE(Holds(present, R"({"t":1})"));
  EXPECT_TRUE(Holds(present, R"({"t":1,"x":[]})"));
}

TEST_F(ConditionTest, OneOfComparesWithEach) {
  const Condition one_of{.member = "/x", .test = Condition::Test::kOneOf, .one_of = {"a", "2"}};
  EXPECT_TRUE(Holds(one_of, R"({"t":1,"x":"a"})"));
  EXPECT_TRUE(Holds(one_of, R"({"t":1,"x":2})"));
  EXPECT_FALSE(Holds(one_of, R"({"t":1,"x":"b"})"));
  EXPECT_FALSE(Holds(one_of, R"({"t":1})"));
}

TEST_F(ConditionTest, GreaterAndLessCompareNumbers) {
  const Condition greater{.member = "/x", .test = Condition::Test::kGreater, .limit = 5};
  EXPECT_TRUE(Holds(greater, R"({"t":1,"x":5.1})"));
  EXPECT_TRUE(Holds(greater, R"({"t":1,"x":"6"})"));
  for (const char* payload : {R"({"t":1,"x":5})", R"({"t":1,"x":"much"})", R"({"t":1})"}) {
    EXPECT_FALSE(Holds(greater, payload)) << payload;
  }
  const Condition less{.member = "/x", .test = Condition::Test::kLess, .limit = 5};
  EXPECT_TRUE(Holds(less, R"({"t":1,"x":4})"));
  for (const char* payload : {R"({"t":1,"x":5})", R"({"t":1,"x":"little"})", R"({"t":1})"}) {
    EXPECT_FALSE(Holds(less, payload)) << payload;
  }
}

TEST_F(ConditionTest, KindsAreTold) {
  const Condition list{
      .member = "/x", .test = Condition::Test::kIs, .kind = Condition::Kind::kList};
  EXPECT_TRUE(Holds(list, R"({"t":1,"x":[1]})"));
  EXPECT_FALSE(Holds(list, R"({"t":1,"x":1})"));
  const Condition number{.member = "/x", .test = Condition::Test::kIs};
  EXPECT_TRUE(Holds(number, R"({"t":1,"x":18446744073709551615})"));
  EXPECT_FALSE(Holds(number, R"({"t":1,"x":"1"})"));
}

TEST_F(ConditionTest, ATextMayBeginSo) {
  const Condition begins{.member = "/x", .equals = "05", .test = Condition::Test::kStartsWith};
  EXPECT_TRUE(Holds(begins, R"({"t":1,"x":"05C6"})"));
  EXPECT_FALSE(Holds(begins, R"({"t":1,"x":"0"})"));
  const Condition contains{.member = "/x", .equals = ":", .test = Condition::Test::kContains};
  EXPECT_TRUE(Holds(contains, R"({"t":1,"x":"em:0"})"));
  EXPECT_FALSE(Holds(contains, R"({"t":1,"x":"em"})"));
}

TEST_F(ConditionTest, NotTurnsAConditionRound) {
  const Condition not_off{.member = "/x", .equals = "OFF", .negated = true};
  EXPECT_TRUE(Holds(not_off, R"({"t":1,"x":"ON"})"));
  EXPECT_TRUE(Holds(not_off, R"({"t":1})"));
  EXPECT_FALSE(Holds(not_off, R"({"t":1,"x":"OFF"})"));
}

TEST_F(ConditionTest, LevelsOfTheTopicCanBeCompared) {
  Condition level{.equals = "attic", .from = Condition::From::kTopicLevel, .level = -1};
  EXPECT_TRUE(Holds(level, R"({"t":1})"));
  level.equals = "cellar";
  EXPECT_FALSE(Holds(level, R"({"t":1})"));
  level = {.test = Condition::Test::kAbsent, .from = Condition::From::kTopicLevel, .level = 2};
  EXPECT_TRUE(Holds(level, R"({"t":1})"));
}

TEST_F(ConditionTest, ItemsOfAListHaveConditionsOfTheirOwn) {
  EventRule& event = profile_.events[0];
  event.each = true;
  event.each_when = {{.member = "/ok", .equals = "true"},
                     {.equals = "b", .from = Condition::From::kKey, .negated = true}};
  ASSERT_EQ(Give(R"({"a":{"t":1,"ok":true},"b":{"t":2,"ok":true},"c":{"t":3}})"), Verdict::kEvents);
  EXPECT_EQ(events_.size(), 1u);
  EXPECT_EQ(std::get<double>(At(0).reading(0).value), 1.0);
}

}  // namespace
}  // namespace sluice::normalise
