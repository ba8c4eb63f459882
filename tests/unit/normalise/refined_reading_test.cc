// Readings from words, parts of texts, bytes and lists.

#include <cmath>

#include "normalise_fixture.h"

namespace sluice::normalise {
namespace {

using schema::Quality;
using Pick = ReadingRule::Pick;
using NameFrom = ReadingRule::NameFrom;
using Type = ReadingRule::Type;

class RefinedReadingTest : public NormaliseTest {
 protected:
  double NumberOf(std::string_view payload) {
    const schema::Reading reading = ReadingOf(payload);
    const auto* number = std::get_if<double>(&reading.value);
    return number == nullptr ? std::nan("") : *number;
  }

  // "name=value[unit]" of each reading of the only event.
  std::string ReadingsOf(std::string_view payload) {
    EXPECT_EQ(Give(payload), Verdict::kEvents) << rejection_.text;
    std::string all;
    const schema::EventView& event = At(0);
    for (size_t i = 0; i < event.reading_count(); ++i) {
      const schema::Reading reading = event.reading(i);
      all.append(all.empty() ? "" : " ").append(reading.name).append("=");
      if (const auto* number = std::get_if<double>(&reading.value)) {
        all += testing::PrintToString(*number);
      } else if (const auto* text = std::get_if<std::string_view>(&reading.value)) {
        all += *text;
      } else {
        all += "?";
      }
      if (!reading.unit.empty()) all.append("[").append(reading.unit).append("]");
    }
    return all;
  }
};

TEST_F(RefinedReadingTest, ThePayloadItselfCanBeTheReading) {
  rule().member = "";
  EXPECT_EQ(NumberOf("21.5"), 21.5);
  EXPECT_EQ(NumberOf(" -3 "), -3.0);
}

TEST_F(RefinedReadingTest, ThePayloadMaySpellTheUnit) {
  rule().unit_code = "/u";
  EXPECT_EQ(ReadingsOf(R"({"t":2,"u":"kPa"})"), "t=20[hPa]");
  EXPECT_EQ(ReadingsOf(R"({"t":2,"u":"{beats}"})"), "t=2[{beats}]");
  EXPECT_EQ(ReadingsOf(R"({"t":2})"), "t=2");
  EXPECT_EQ(ReadingOf(R"({"t":2,"u":"kPa"})").quality, Quality::kGood);
  EXPECT_EQ(ReadingsOf(R"({"t":2,"u":"furlong"})"), "t=2");
  EXPECT_EQ(ReadingOf(R"({"t":2,"u":"furlong"})").quality, Quality::kUncertain);
}

TEST_F(RefinedReadingTest, PlainWordsAreReadWhereTheProfileSaysText) {
  profile_.encoding.format = decode::Format::kJsonOrText;
  rule().member = "";
  rule().type = Type::kBool;
  rule().true_words = {"ON"};
  rule().false_words = {"OFF"};
  EXPECT_EQ(std::get<bool>(ReadingOf("ON").value), true);
  EXPECT_EQ(std::get<bool>(ReadingOf("OFF\n").value), false);
  EXPECT_EQ(std::get<bool>(ReadingOf("true").value), true);
  EXPECT_EQ(ReasonFor("{broken"), Reason::kInvalidJson);
  EXPECT_EQ(ReasonFor("a\x01"), Reason::kInvalidPayload);
}

TEST_F(RefinedReadingTest, AUnitMayFollowTheNumber) {
  profile_.encoding.format = decode::Format::kJsonOrText;
  rule().member = "";
  rule().from_text = true;
  rule().unit_in = "kW.h";
  rule().unit_words = {{"kWh", "kW.h"}, {"Wh", "W.h"}};
  EXPECT_EQ(NumberOf("12.05 kWh"), 12.05);
  EXPECT_EQ(NumberOf("500Wh"), 0.5);
  EXPECT_EQ(NumberOf("7"), 7.0);
  EXPECT_EQ(ReadingOf("7 BTU").quality, Quality::kUncertain);
}

TEST_F(RefinedReadingTest, ADecimalCommaIsReadWhenAllowed) {
  rule().from_text = true;
  EXPECT_EQ(ReadingOf(R"({"t":"21,5"})").quality, Quality::kWrongType);
  normaliser_.reset();
  profile_.encoding.tolerate.decimal_comma = true;
  EXPECT_EQ(NumberOf(R"({"t":"21,5"})"), 21.5);
  EXPECT_EQ(ReadingOf(R"({"t":"1.021,5"})").quality, Quality::kWrongType);
  EXPECT_EQ(ReadingOf(R"({"t":"1,021,500"})").quality, Quality::kWrongType);
}

TEST_F(RefinedReadingTest, WordsMayMeanThatThereIsNothing) {
  rule().absent_words = {"unavailable", "unknown"};
  rule().from_text = true;
  EXPECT_EQ(ReasonFor(R"({"t":"unavailable"})"), Reason::kNoReading);
  EXPECT_EQ(NumberOf(R"({"t":"4"})"), 4.0);
}

TEST_F(RefinedReadingTest, WordsMayMeanNumbers) {
  rule().number_words = {{"low", 1}, {"high", 3}};
  EXPECT_EQ(NumberOf(R"({"t":"high"})"), 3.0);
  EXPECT_EQ(NumberOf(R"({"t":2})"), 2.0);
  EXPECT_EQ(ReadingOf(R"({"t":"mid"})").quality, Quality::kWrongType);
}

TEST_F(RefinedReadingTest, ZeroAndOneMayBeABoolean) {
  rule().type = Type::kBool;
  rule().true_words = {"1"};
  rule().false_words = {"0"};
  EXPECT_EQ(std::get<bool>(ReadingOf(R"({"t":1})").value), true);
  EXPECT_EQ(std::get<bool>(ReadingOf(R"({"t":0})").value), false);
  EXPECT_EQ(ReadingOf(R"({"t":2})").quality, Quality::kWrongType);
}

TEST_F(RefinedReadingTest, ATextIsSplit) {
  rule().from_text = true;
  rule().separator = ",";
  rule().part = 1;
  EXPECT_EQ(NumberOf(R"({"t":"1,2,3"})"), 2.0);
  EXPECT_EQ(ReasonFor(R"({"t":"1"})"), Reason::kNoReading);
  normaliser_.reset();
  rule().part = -2;
  EXPECT_EQ(NumberOf(R"({"t":"1,2,3"})"), 2.0);
  EXPECT_EQ(NumberOf(R"({"t":"1,2"})"), 1.0);
  EXPECT_EQ(ReasonFor(R"({"t":"1"})"), Reason::kNoReading);
}

TEST_F(RefinedReadingTest, FieldsAreCutOutOfHexAndBase64) {
  rule().field = FieldRule{.at = 1, .width = 2, .is_signed = true};
  EXPECT_EQ(NumberOf(R"({"t":"00FFfe"})"), -2.0);
  EXPECT_EQ(ReasonFor(R"({"t":"00FF"})"), Reason::kNoReading);
  EXPECT_EQ(ReasonFor(R"({"t":"00GG00"})"), Reason::kNoReading);
  normaliser_.reset();
  rule().field->little_endian = true;
  EXPECT_EQ(NumberOf(R"({"t":"000100"})"), 1.0);
  normaliser_.reset();
  rule().field = FieldRule{.spelling = FieldRule::Spelling::kBase64, .at = 0, .width = 4};
  EXPECT_EQ(NumberOf(R"({"t":"AQIDBA=="})"), 16909060.0);  // 01 02 03 04
  EXPECT_EQ(ReasonFor(R"({"t":"AQID"})"), Reason::kNoReading);
}

TEST_F(RefinedReadingTest, FieldsMayBeSomeBits) {
  rule().field = FieldRule{.at = 0, .width = 2, .low_bit = 5, .bits = 11};
  rule().scale = 0.001;
  rule().offset = 1.6;
  EXPECT_DOUBLE_EQ(NumberOf(R"({"t":"AC36"})"), 2.977);
  normaliser_.reset();
  rule().field->none = 2047;
  EXPECT_EQ(ReasonFor(R"({"t":"FFFF"})"), Reason::kNoReading);
  EXPECT_DOUBLE_EQ(NumberOf(R"({"t":"0000"})"), 1.6);
}

TEST_F(RefinedReadingTest, WhatTheDeviceCallsInvalidIsUncertain) {
  rule().valid_if = {{.member = "/q", .equals = "true"}};
  EXPECT_EQ(ReadingOf(R"({"t":1,"q":true})").quality, Quality::kGood);
  EXPECT_EQ(ReadingOf(R"({"t":1,"q":false})").quality, Quality::kUncertain);
  EXPECT_EQ(ReadingOf(R"({"t":1})").quality, Quality::kUncertain);
  normaliser_.reset();
  rule().valid_if.clear();
  profile_.events[0].valid_if = {{.member = "/q", .equals = "true"}};
  EXPECT_EQ(ReadingOf(R"({"t":1,"q":false})").quality, Quality::kUncertain);
}

TEST_F(RefinedReadingTest, AListGivesAReadingForEachItem) {
  rule().list = "/m";
  rule().member = "/v";
  rule().name_from = NameFrom::kMember;
  rule().name_member = "/n";
  rule().names = {{.is = "Air Temperature", .name = "temperature", .unit = "[degF]"}};
  EXPECT_EQ(ReadingsOf(R"({"m":[{"n":"Air Temperature","v":68},{"n":"wind","v":2},{"n":"x"}]})"),
            "temperature=20[Cel] wind=2");
  normaliser_.reset();
  rule().only_named = true;
  EXPECT_EQ(ReadingsOf(R"({"m":[{"n":"wind","v":2},{"n":"Air Temperature","v":50}]})"),
            "temperature=10[Cel]");
}

TEST_F(RefinedReadingTest, AnObjectGivesReadingsNamedByTheirKeys) {
  rule().list = "/object";
  rule().member = "";
  rule().type = Type::kAny;
  rule().name_from = NameFrom::kKey;
  rule().list_when = {{.equals = "skip", .from = Condition::From::kKey, .negated = true}};
  EXPECT_EQ(ReadingsOf(R"({"object":{"a":1,"skip":2,"b":"on","c":[1],"d":null,"e":true}})"),
            "a=1 b=on e=?");
}

TEST_F(RefinedReadingTest, ANameThatIsNoneIsTheRules) {
  rule().name = "value";
  rule().list = "";
  rule().member = "";
  rule().name_from = NameFrom::kKey;
  EXPECT_EQ(ReadingsOf("{\"a\\n\":1,\"\":2,\"" + std::string(65, 'x') + "\":3}"),
            "value=1 value=2 value=3");
}

TEST_F(RefinedReadingTest, ANameMayBeALevelOfTheTopic) {
  rule().member = "";
  rule().name_from = NameFrom::kTopicLevel;
  rule().name_level = -1;
  rule().names = {{.is = "attic", .name = "", .unit = "W"}};
  EXPECT_EQ(ReadingsOf("120.11"), "attic=120.11[W]");
}

TEST_F(RefinedReadingTest, ReadingsOfOneEventAreBounded) {
  rule().list = "";
  rule().member = "";
  std::string list = "[0";
  for (int i = 1; i < 256; ++i) list += ",1";
  EXPECT_EQ(Give(list + "]"), Verdict::kEvents);
  EXPECT_EQ(ReasonFor(list + ",1]"), Reason::kTooManyEvents);
}

TEST_F(RefinedReadingTest, OneOfAListIsPicked) {
  constexpr std::string_view kPayload = R"({"g":[{"r":-110},{"r":-106},{"x":1},{"r":-120}]})";
  rule().list = "/g";
  rule().member = "/r";
  const auto with = [&](Pick pick) {
    rule().pick = pick;
    normaliser_.reset();
    return NumberOf(kPayload);
  };
  EXPECT_EQ(with(Pick::kMax), -106.0);
  EXPECT_EQ(with(Pick::kMin), -120.0);
  EXPECT_EQ(with(Pick::kFirst), -110.0);
  EXPECT_EQ(with(Pick::kLast), -120.0);
  EXPECT_EQ(with(Pick::kSum), -336.0);
  rule().pick = Pick::kCount;
  normaliser_.reset();
  EXPECT_EQ(std::get<int64_t>(ReadingOf(kPayload).value), 4);
}

TEST_F(RefinedReadingTest, JsonInATextIsRead) {
  profile_.events[0].base = "/text";
  profile_.events[0].base_is_json = true;
  EXPECT_EQ(NumberOf(R"({"text":"{\"t\":0.95}"})"), 0.95);
  EXPECT_EQ(ReasonFor(R"({"text":"{\"t\":"})"), Reason::kInvalidJson);
  EXPECT_EQ(ReasonFor(R"({"text":{"t":1}})"), Reason::kInvalidJson);
}

TEST_F(RefinedReadingTest, ItemsMayHaveADeviceAndATimeOfTheirOwn) {
  EventRule& event = profile_.events[0];
  event.base = "/v";
  event.each = true;
  event.device = DeviceRule{.from = DeviceRule::From::kMember, .member = "/id"};
  event.times = {{.member = "/ms", .format = TimeRule::Format::kUnixMillis}};
  ASSERT_EQ(Give(R"({"v":[{"t":1,"id":"a","ms":1795262390500},{"t":2,"id":"b"}]})"),
            Verdict::kEvents);
  ASSERT_EQ(events_.size(), 2u);
  EXPECT_EQ(At(0).device(), "a");
  EXPECT_EQ(At(0).time(), FromUnixNanos(1'795'262'390'500'000'000));
  EXPECT_EQ(At(1).device(), "b");
  EXPECT_EQ(At(1).time(), message_.received);
  event.device = DeviceRule{.from = DeviceRule::From::kKey};
  normaliser_.reset();
  ASSERT_EQ(Give(R"({"v":{"x":{"t":1}}})"), Verdict::kEvents);
  EXPECT_EQ(At(0).device(), "x");
}

TEST_F(RefinedReadingTest, LocalTimesFollowTheirZone) {
  profile_.times = {{.member = "/ts", .format = TimeRule::Format::kLocal, .zone = "Europe/Berlin"}};
  ASSERT_EQ(Give(R"({"t":1,"ts":"2026-05-21 18:37:27.002657"})"), Verdict::kEvents);
  EXPECT_EQ(At(0).time(), FromUnixNanos(1'779'381'447'002'657'000));  // 16:37:27.002657Z
  ASSERT_EQ(Give(R"({"t":1,"ts":"2026-11-21T12:00:00"})"), Verdict::kEvents);
  EXPECT_EQ(At(0).time(), FromUnixNanos(1'795'258'800'000'000'000));  // 11:00:00Z
}

TEST_F(RefinedReadingTest, OfTwoTimesInAutumnTheNearerCounts) {
  profile_.times = {{.member = "/ts", .format = TimeRule::Format::kLocal, .zone = "Europe/Berlin"}};
  constexpr int64_t kSummer = 1'792'888'200'000'000'000;  // 2026-10-25T00:30:00Z, 02:30 in summer
  for (const int64_t hour : {0, 1}) {
    message_.received = FromUnixNanos(kSummer + hour * 3'600'000'000'000);
    ASSERT_EQ(Give(R"({"t":1,"ts":"2026-10-25T02:30:00"})"), Verdict::kEvents);
    EXPECT_EQ(At(0).time(), message_.received) << hour;
  }
}

TEST_F(RefinedReadingTest, TimesMayBeDigitsInAText) {
  profile_.times = {{.member = "/ts", .format = TimeRule::Format::kUnixSeconds}};
  ASSERT_EQ(Give(R"({"t":1,"ts":"1795262390"})"), Verdict::kEvents);
  EXPECT_EQ(At(0).time(), FromUnixNanos(1'795'262'390'000'000'000));
  ASSERT_EQ(Give(R"({"t":1,"ts":"1795262390.5"})"), Verdict::kEvents);
  EXPECT_EQ(At(0).time(), FromUnixNanos(1'795'262'390'500'000'000));
}

TEST_F(RefinedReadingTest, PayloadsThatAreNoTextAreReadWithTheSameRules) {
  using namespace std::string_view_literals;
  profile_.encoding.format = decode::Format::kCbor;
  EXPECT_EQ(NumberOf("\xa1\x61t\xf9\x3e\x00"sv), 1.5);
  EXPECT_EQ(ReasonFor("{}"), Reason::kInvalidPayload);
  normaliser_.reset();
  profile_.encoding.format = decode::Format::kMessagePack;
  EXPECT_EQ(NumberOf("\x81\xa1t\x15"sv), 21.0);
  normaliser_.reset();
  profile_.encoding.format = decode::Format::kBytes;
  rule().member = "";
  rule().field = FieldRule{.spelling = FieldRule::Spelling::kBytes, .at = 1, .width = 2};
  EXPECT_EQ(NumberOf("\x00\x01\x02"sv), 258.0);
  EXPECT_EQ(ReasonFor("\x00\x01"sv), Reason::kNoReading);
}

TEST_F(RefinedReadingTest, AZoneThatIsNoneIsRefused) {
  profile_.times = {
      {.member = "/ts", .format = TimeRule::Format::kLocal, .zone = "Europe/Nowhere"}};
  EXPECT_FALSE(Normaliser::Create({profile_}, limits_).ok());
}

}  // namespace
}  // namespace sluice::normalise
