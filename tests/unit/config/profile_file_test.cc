#include "config/profile_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "support/temporary_directory.h"

namespace sluice::config {
namespace {

using normalise::AttributeRule;
using normalise::DeviceRule;
using normalise::Profile;
using normalise::ReadingRule;
using normalise::TimeRule;
using testing::ElementsAre;
using testing::HasSubstr;

// Every key of 0.1; those since are below.
constexpr std::string_view kEveryKey = R"(
name = "every-key"
description = "all of them"
topics = ["a/+", "devices/+/b"]
device = { topic_level = -1 }
time = [{ member = "/ts", format = "local", utc_offset = "-03:30" },
        { member = "/ms", format = "unix_ms" }]
max_skew = "10m"
sequence = "/seq"
if_nothing = "ignore"
ignore = [{ member = "/method", equals = "NotifyEvent" }]

[[event]]
type = "climate.reading.v1"
topics = ["a/+"]
when = [{ member = "/kind", equals = "climate" }]
base = "/params"
each = true
key_prefix = "sensor:"
severity = "debug"
severity_when = [{ member = "/low", equals = "true", severity = "critical" }]
  [[event.reading]]
  name = "temperature"
  member = "/t"
  type = "number"
  unit = "[degF]"
  unit_member = "/unit"
  unit_words = { C = "Cel", F = "[degF]" }
  scale = 0.1
  offset = -5
  range = [-40, 85.5]
  required = true
  from_text = true
  [[event.reading]]
  name = "open"
  member = "/open"
  type = "bool"
  true_words = ["ON"]
  false_words = ["OFF", "0"]
  companion = true
  [[event.attribute]]
  key = "a"
  value = "x"
  [[event.attribute]]
  key = "b"
  member = "/m"
  [[event.attribute]]
  key = "c"
  topic_level = 0
  [[event.attribute]]
  key = "d"
  each_key = true
)";

// Those of docs/profiles.md that came later.
constexpr std::string_view kNewKeys = R"(
name = "new-keys"
topics = ["a/+"]
format = "json_or_text"
tolerate = ["spaces", "decimal_comma"]
time = [{ member = "", format = "local", zone = "Europe/Berlin" }]

[[ignore]]
name = "cleared"
topics = ["a/b"]
empty = true

[[ignore]]
name = "chatter"
otherwise = true
when = [{ topic_level = -1, one_of = ["x", "y"] }, { member = "/a", absent = true },
        { member = "/b", greater_than = 2, not = true }, { member = "/c", is = "list" }]

[[event]]
type = "x.v1"
otherwise = true
base = "/text"
base_is_json = true
each = true
each_when = [{ each_key = true, contains = ":" }]
device = { each_key = true }
time = [{ member = "/t", format = "unix_ms" }]
valid_if = [{ member = "/ok", present = true }]
reading = [
  { list = "", member = "/v", type = "any", name_from = { member = "/n" }, only_named = true, list_when = [{ member = "/v", less_than = 5 }], names = [{ is = "T", name = "t", unit = "Cel" }] },
  { name = "best", list = "/g", member = "/r", pick = "max", valid_if = [{ member = "/q", equals = "" }] },
  { name = "field", member = "/d", field = { in = "base64", at = 3, width = 2, signed = true, order = "little", bits = [1, 9], none = 7 } },
  { name = "word", member = "/w", absent_words = ["-"], number_words = { low = 1 }, split = ",", part = -1 },
  { name = "energy", member = "/e", from_text = true, unit = "kW.h", unit_words = { Wh = "W.h" } },
]
)";

constexpr std::string_view kSmallest = R"(name = "small"
topics = ["a"]
[[event]]
type = "x.v1"
[[event.reading]]
name = "t"
member = "/t"
)";

class ProfileFileTest : public testing::Test {
 protected:
  Profile Load(std::string_view text) {
    auto profile = ParseProfile("p.toml", text);
    EXPECT_TRUE(profile.ok()) << profile.status().message();
    return profile.ok() ? *profile : Profile();
  }
  std::string Mistake(std::string_view text) {
    const auto profile = ParseProfile("p.toml", text);
    return profile.ok() ? "" : profile.status().message();
  }
  // The mistake in the smallest profile with `line` at its end, which belongs to the reading.
  std::string MistakeIn(const std::string& line) { return Mistake(std::string(kSmallest) + line); }
};

TEST_F(ProfileFileTest, EveryKeyOfAProfileIsRead) {
  const Profile profile = Load(kEveryKey);
  EXPECT_EQ(profile.name, "every-key");
  EXPECT_EQ(profile.description, "all of them");
  EXPECT_THAT(profile.topics, ElementsAre("a/+", "devices/+/b"));
  EXPECT_EQ(profile.device.from, DeviceRule::From::kTopicLevel);
  EXPECT_EQ(profile.device.level, -1);
  ASSERT_EQ(profile.times.size(), 2u);
  EXPECT_EQ(profile.times[0].format, TimeRule::Format::kLocal);
  EXPECT_EQ(profile.times[0].utc_offset_minutes, -210);
  EXPECT_EQ(profile.times[1].member, "/ms");
  EXPECT_EQ(profile.times[1].format, TimeRule::Format::kUnixMillis);
  EXPECT_EQ(profile.max_skew, std::chrono::minutes(10));
  EXPECT_EQ(profile.sequence_member, "/seq");
  EXPECT_TRUE(profile.ignore_if_nothing);
  ASSERT_EQ(profile.ignore.size(), 1u);
  ASSERT_EQ(profile.ignore[0].when.size(), 1u);
  EXPECT_EQ(profile.ignore[0].when[0].member, "/method");
  EXPECT_EQ(profile.ignore[0].when[0].equals, "NotifyEvent");
}

TEST_F(ProfileFileTest, EveryKeyOfAnEventIsRead) {
  const Profile profile = Load(kEveryKey);
  ASSERT_EQ(profile.events.size(), 1u);
  const normalise::EventRule& event = profile.events[0];
  EXPECT_EQ(event.type, "climate.reading.v1");
  EXPECT_THAT(event.topics, ElementsAre("a/+"));
  ASSERT_EQ(event.when.size(), 1u);
  EXPECT_EQ(event.when[0].equals, "climate");
  EXPECT_EQ(event.base, "/params");
  EXPECT_TRUE(event.each);
  EXPECT_EQ(event.key_prefix, "sensor:");
  EXPECT_EQ(event.severity, schema::Severity::kDebug);
  ASSERT_EQ(event.severity_rules.size(), 1u);
  EXPECT_EQ(event.severity_rules[0].when.member, "/low");
  EXPECT_EQ(event.severity_rules[0].severity, schema::Severity::kCritical);
}

TEST_F(ProfileFileTest, EveryKeyOfAReadingIsRead) {
  const Profile profile = Load(kEveryKey);
  ASSERT_EQ(profile.events[0].readings.size(), 2u);
  const ReadingRule& number = profile.events[0].readings[0];
  EXPECT_EQ(number.name, "temperature");
  EXPECT_EQ(number.member, "/t");
  EXPECT_EQ(number.type, ReadingRule::Type::kNumber);
  EXPECT_EQ(number.unit_in, "[degF]");
  EXPECT_EQ(number.unit_member, "/unit");
  EXPECT_THAT(number.unit_words,
              ElementsAre(testing::Pair("C", "Cel"), testing::Pair("F", "[degF]")));
  EXPECT_EQ(number.scale, 0.1);
  EXPECT_EQ(number.offset, -5.0);
  EXPECT_EQ(number.min, -40.0);
  EXPECT_EQ(number.max, 85.5);
  EXPECT_TRUE(number.required);
  EXPECT_TRUE(number.from_text);
  const ReadingRule& truth = profile.events[0].readings[1];
  EXPECT_EQ(truth.type, ReadingRule::Type::kBool);
  EXPECT_THAT(truth.true_words, ElementsAre("ON"));
  EXPECT_THAT(truth.false_words, ElementsAre("OFF", "0"));
  EXPECT_TRUE(truth.companion);
}

TEST_F(ProfileFileTest, NewKeysOfAProfileAreRead) {
  const Profile profile = Load(kNewKeys);
  EXPECT_EQ(profile.encoding.format, decode::Format::kJsonOrText);
  EXPECT_TRUE(profile.encoding.tolerate.decimal_comma);
  EXPECT_FALSE(profile.encoding.tolerate.nan);
  EXPECT_EQ(profile.times.at(0).zone, "Europe/Berlin");
  ASSERT_EQ(profile.ignore.size(), 2u);
  EXPECT_TRUE(profile.ignore[0].empty_payload);
  EXPECT_THAT(profile.ignore[0].topics, ElementsAre("a/b"));
  const normalise::IgnoreRule& chatter = profile.ignore[1];
  EXPECT_EQ(chatter.name, "chatter");
  EXPECT_TRUE(chatter.otherwise);
  ASSERT_EQ(chatter.when.size(), 4u);
  EXPECT_EQ(chatter.when[0].from, normalise::Condition::From::kTopicLevel);
  EXPECT_THAT(chatter.when[0].one_of, ElementsAre("x", "y"));
  EXPECT_EQ(chatter.when[1].test, normalise::Condition::Test::kAbsent);
  EXPECT_EQ(chatter.when[2].test, normalise::Condition::Test::kGreater);
  EXPECT_EQ(chatter.when[2].limit, 2);
  EXPECT_TRUE(chatter.when[2].negated);
  EXPECT_EQ(chatter.when[3].kind, normalise::Condition::Kind::kList);
}

TEST_F(ProfileFileTest, NewKeysOfAnEventAreRead) {
  const normalise::EventRule event = Load(kNewKeys).events.at(0);
  EXPECT_TRUE(event.otherwise);
  EXPECT_TRUE(event.base_is_json);
  EXPECT_EQ(event.each_when.at(0).from, normalise::Condition::From::kKey);
  EXPECT_EQ(event.device->from, DeviceRule::From::kKey);
  EXPECT_EQ(event.times.at(0).format, TimeRule::Format::kUnixMillis);
  EXPECT_EQ(event.valid_if.at(0).test, normalise::Condition::Test::kPresent);
}

TEST_F(ProfileFileTest, NewKeysOfAReadingAreRead) {
  const std::vector<ReadingRule> readings = Load(kNewKeys).events.at(0).readings;
  ASSERT_EQ(readings.size(), 5u);
  EXPECT_EQ(readings[0].list, "");
  EXPECT_EQ(readings[0].name, "value");
  EXPECT_EQ(readings[0].name_from, ReadingRule::NameFrom::kMember);
  EXPECT_TRUE(readings[0].only_named);
  EXPECT_EQ(readings[0].names.at(0).unit, "Cel");
  EXPECT_EQ(readings[0].list_when.at(0).limit, 5);
  EXPECT_EQ(readings[0].type, ReadingRule::Type::kAny);
  EXPECT_EQ(readings[1].pick, ReadingRule::Pick::kMax);
  EXPECT_EQ(readings[1].valid_if.at(0).equals, "");
  const normalise::FieldRule& field = readings[2].field.value();
  EXPECT_EQ(field.spelling, normalise::FieldRule::Spelling::kBase64);
  EXPECT_EQ(field.at, 3u);
  EXPECT_EQ(field.width, 2u);
  EXPECT_TRUE(field.is_signed && field.little_endian);
  EXPECT_EQ(field.low_bit, 1);
  EXPECT_EQ(field.bits, 8);
  EXPECT_EQ(field.none, 7u);
  EXPECT_THAT(readings[3].absent_words, ElementsAre("-"));
  EXPECT_THAT(readings[3].number_words, ElementsAre(testing::Pair("low", 1)));
  EXPECT_EQ(readings[3].separator, ",");
  EXPECT_EQ(readings[3].part, -1);
}

TEST_F(ProfileFileTest, ConditionsNeedExactlyOneTest) {
  const auto with = [this](const std::string& condition) {
    return Mistake("ignore = [{ name = \"x\", when = [" + condition + "] }]\n" +
                   std::string(kSmallest));
  };
  EXPECT_THAT(with("{ member = \"/a\" }"), HasSubstr("equals is missing"));
  EXPECT_THAT(with("{ equals = \"a\" }"), HasSubstr("member is missing"));
  EXPECT_THAT(with("{ member = \"/a\", equals = \"b\", present = true }"),
              HasSubstr("keep one of them"));
  EXPECT_THAT(with("{ member = \"/a\", absent = false }"), HasSubstr("can only be true"));
}

TEST_F(ProfileFileTest, WhatCouldDoNothingIsAMistake) {
  EXPECT_THAT(MistakeIn("pick = \"max\"\n"), HasSubstr("only goes with list"));
  EXPECT_THAT(MistakeIn("part = 1\n"), HasSubstr("only goes with split"));
  EXPECT_THAT(MistakeIn("only_named = true\n"), HasSubstr("only goes with name_from"));
  EXPECT_THAT(MistakeIn("field = { in = \"hex\", bits = [5, 3] }\n"), HasSubstr("bits"));
  EXPECT_THAT(MistakeIn("field = { in = \"hex\", bits = [5, 12] }\n"), HasSubstr("no such bits"));
  const std::string head = "tolerate = [\"everything\"]\n";
  EXPECT_THAT(Mistake(head + std::string(kSmallest)), HasSubstr("must be words of"));
}

TEST_F(ProfileFileTest, EverySourceOfAnAttributeIsRead) {
  const std::vector<AttributeRule> attributes = Load(kEveryKey).events[0].attributes;
  ASSERT_EQ(attributes.size(), 4u);
  EXPECT_EQ(attributes[0].from, AttributeRule::From::kConstant);
  EXPECT_EQ(attributes[0].value, "x");
  EXPECT_EQ(attributes[1].from, AttributeRule::From::kMember);
  EXPECT_EQ(attributes[2].from, AttributeRule::From::kTopicLevel);
  EXPECT_EQ(attributes[3].from, AttributeRule::From::kKey);
}

TEST_F(ProfileFileTest, WhatIsLeftOutHasItsDefault) {
  const Profile profile = Load(kSmallest);
  EXPECT_EQ(profile.device.from, DeviceRule::From::kIdentity);
  EXPECT_FALSE(profile.ignore_if_nothing);
  EXPECT_EQ(profile.events[0].readings[0].type, ReadingRule::Type::kNumber);
  EXPECT_FALSE(profile.events[0].readings[0].required);
}

TEST_F(ProfileFileTest, TheMandatoryKeysAreMissed) {
  const std::string mistake = Mistake("description = \"x\"");
  for (const char* key : {"name", "topics", "event"}) {
    EXPECT_THAT(mistake, HasSubstr(std::string(key) + " is missing"));
  }
}

TEST_F(ProfileFileTest, MistakesNameFileLineAndColumnAndWhatToDo) {
  EXPECT_EQ(MistakeIn("unit = \"C\"\n"),
            "p.toml:8:8: reading.unit is wrong: \"C\" is not a UCUM unit; write \"Cel\"");
  EXPECT_THAT(MistakeIn("unti = \"Cel\"\n"), HasSubstr("p.toml:8:1: unknown key 'unti'"));
  EXPECT_THAT(MistakeIn("range = [5, 1]\n"), HasSubstr("p.toml:8:9: reading.range is empty"));
  EXPECT_THAT(Mistake("name = \"x\ntopics = []"), HasSubstr("p.toml:1:"));
}

TEST_F(ProfileFileTest, EveryMistakeIsReportedAtOnce) {
  const std::string mistake = MistakeIn("unit = \"C\"\nscale = \"x\"\nrequired = 1\n");
  EXPECT_THAT(mistake, HasSubstr(":8:"));
  EXPECT_THAT(mistake, HasSubstr(":9:"));
  EXPECT_THAT(mistake, HasSubstr(":10:"));
}

TEST_F(ProfileFileTest, KeysThatWouldDoNothingAreMistakes) {
  EXPECT_THAT(MistakeIn("type = \"text\"\nscale = 2\n"), HasSubstr("only goes with type"));
  EXPECT_THAT(MistakeIn("true_words = [\"ON\"]\n"), HasSubstr("only goes with type"));
  EXPECT_THAT(Mistake("key_prefix = \"x\"\n" + std::string(kSmallest)), HasSubstr("unknown key"));
  EXPECT_THAT(MistakeIn("[[event.attribute]]\nkey = \"k\"\neach_key = true\n"),
              HasSubstr("p.toml:10:12: attribute.each_key only goes with each = true"));
}

TEST_F(ProfileFileTest, UnitOfThePayloadNeedsTheMeaningOfItsWords) {
  EXPECT_THAT(MistakeIn("unit = \"Cel\"\nunit_member = \"/u\"\n"),
              HasSubstr("reading.unit_words is missing"));
  EXPECT_THAT(MistakeIn("unit = \"Cel\"\nunit_words = { C = \"Cel\" }\n"),
              HasSubstr("reading.unit_member is missing"));
}

TEST_F(ProfileFileTest, LocalTimeNeedsItsOffset) {
  const std::string head = "time = [{ member = \"/t\", format = \"local\" }]\n";
  EXPECT_THAT(Mistake(head + std::string(kSmallest)), HasSubstr("utc_offset is missing"));
}

TEST_F(ProfileFileTest, OffsetIsNothingButAnOffset) {
  for (const char* offset : {".5+01:00", "+1:00", "+01:00 ", "CET"}) {
    const std::string head = std::string("time = [{ member = \"/t\", format = \"local\", ") +
                             "utc_offset = \"" + offset + "\" }]\n";
    EXPECT_THAT(Mistake(head + std::string(kSmallest)), HasSubstr("utc_offset must be")) << offset;
  }
}

TEST_F(ProfileFileTest, TwoSourcesForOneThingAreAMistake) {
  const std::string head = "device = { identity = true, member = \"/id\" }\n";
  EXPECT_THAT(Mistake(head + std::string(kSmallest)), HasSubstr("keep one of them"));
}

TEST_F(ProfileFileTest, ADirectoryIsReadInTheOrderOfItsNames) {
  test::TemporaryDirectory directory;
  for (const char* name : {"b", "a"}) {
    std::string text(kSmallest);
    text.replace(text.find("small"), 5, name);
    std::ofstream(directory.path() + "/" + name + ".toml") << text;
  }
  std::ofstream(directory.path() + "/README.md") << "no profile";
  const auto profiles = LoadProfiles(Env::Posix(), directory.path());
  ASSERT_TRUE(profiles.ok()) << profiles.status().message();
  ASSERT_EQ(profiles->size(), 2u);
  EXPECT_EQ((*profiles)[0].name, "a");
  EXPECT_EQ((*profiles)[1].name, "b");
}

TEST_F(ProfileFileTest, MistakesOfEveryFileInADirectoryAreReported) {
  test::TemporaryDirectory directory;
  for (const char* name : {"/a.toml", "/b.toml"}) {
    std::ofstream(directory.path() + name) << kSmallest << "unit = \"C\"\n";
  }
  const Status status = LoadProfiles(Env::Posix(), directory.path()).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("/a.toml:8:8: "));
  EXPECT_THAT(status.message(), HasSubstr("\n" + directory.path() + "/b.toml:8:8: "));
}

TEST_F(ProfileFileTest, ADirectoryWithoutProfilesIsAMistake) {
  test::TemporaryDirectory directory;
  EXPECT_EQ(LoadProfiles(Env::Posix(), directory.path()).status().code(), StatusCode::kNotFound);
  EXPECT_FALSE(LoadProfile(Env::Posix(), directory.path() + "/none.toml").ok());
}

}  // namespace
}  // namespace sluice::config
