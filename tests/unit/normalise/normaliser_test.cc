#include "normalise/normaliser.h"

#include <gmock/gmock.h>

#include "normalise_fixture.h"
#include "support/allocations.h"

namespace sluice::normalise {
namespace {

using testing::HasSubstr;

class NormaliserTest : public NormaliseTest {
 protected:
  std::string ErrorOf(std::vector<Profile> profiles) {
    const auto made = Normaliser::Create(std::move(profiles), limits_);
    return made.ok() ? "" : made.status().message();
  }
};

TEST_F(NormaliserTest, FieldsOfTheMessageAndTheTargetAreInTheEvent) {
  message_.traceparent = "00-1-2-01";
  ASSERT_EQ(Give(R"({"t":21.5})"), Verdict::kEvents);
  const schema::EventFields fields = At(0).fields();
  EXPECT_EQ(fields.type, "climate.reading.v1");
  EXPECT_EQ(fields.gateway, "g");
  EXPECT_EQ(fields.stream, "s");
  EXPECT_EQ(fields.offset, 100u);
  EXPECT_EQ(fields.device, "hub");
  EXPECT_EQ(fields.identity, "hub");
  EXPECT_EQ(fields.received, message_.received);
  EXPECT_EQ(fields.topic, "in/attic");
  EXPECT_EQ(fields.profile, "small");
  EXPECT_EQ(fields.traceparent, "00-1-2-01");
  EXPECT_EQ(fields.sequence, std::nullopt);
}

TEST_F(NormaliserTest, NoProfileForATopicIsSaid) {
  message_.topic = "elsewhere";
  EXPECT_EQ(ReasonFor("{}"), Reason::kNoProfile);
}

TEST_F(NormaliserTest, TheFirstProfileThatMatchesCounts) {
  Profile second = SmallProfile();
  second.name = "second";
  second.topics = {"#"};
  auto made = Normaliser::Create({SmallProfile(), second}, limits_);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ((*made)->Match("in/x"), "small");
  EXPECT_EQ((*made)->Match("out/x"), "second");
}

TEST_F(NormaliserTest, ADeviceIsFoundInTheTopic) {
  profile_.device = {.from = DeviceRule::From::kTopicLevel, .level = -1};
  ASSERT_EQ(Give(R"({"t":1})"), Verdict::kEvents);
  EXPECT_EQ(At(0).device(), "attic");
  EXPECT_EQ(At(0).identity(), "hub");
}

TEST_F(NormaliserTest, ADeviceIsFoundInAMember) {
  profile_.device = {.from = DeviceRule::From::kMember, .member = "/id"};
  ASSERT_EQ(Give(R"({"t":1,"id":"cellar"})"), Verdict::kEvents);
  EXPECT_EQ(At(0).device(), "cellar");
  ASSERT_EQ(Give(R"({"t":1,"id":4711})"), Verdict::kEvents);
  EXPECT_EQ(At(0).device(), "4711");
}

TEST_F(NormaliserTest, WithoutItsDeviceAMessageIsADeadLetter) {
  profile_.device = {.from = DeviceRule::From::kMember, .member = "/id"};
  EXPECT_EQ(ReasonFor(R"({"t":1})"), Reason::kNoDevice);
  EXPECT_EQ(ReasonFor(R"({"t":1,"id":""})"), Reason::kNoDevice);
  EXPECT_EQ(ReasonFor(R"({"t":1,"id":{}})"), Reason::kNoDevice);
}

TEST_F(NormaliserTest, ADevicesNameIsBoundedAndPrintable) {
  profile_.device = {.from = DeviceRule::From::kMember, .member = "/id"};
  EXPECT_EQ(ReasonFor(R"({"t":1,"id":"a\nb"})"), Reason::kInvalidText);
  EXPECT_EQ(ReasonFor(R"({"t":1,"id":")" + std::string(limits_.max_name_bytes + 1, 'x') + "\"}"),
            Reason::kInvalidText);
}

TEST_F(NormaliserTest, TheDevicesTimeCounts) {
  profile_.times = {{.member = "/ts", .format = TimeRule::Format::kUnixSeconds}};
  ASSERT_EQ(Give(R"({"t":1,"ts":1795262390.5})"), Verdict::kEvents);
  EXPECT_EQ(At(0).time(), FromUnixNanos(1'795'262'390'500'000'000));
  EXPECT_EQ(At(0).time_source(), schema::TimeSource::kDevice);
}

TEST_F(NormaliserTest, ATimeOfSenmlMayCountFromTheReception) {
  profile_.times = {{.member = "/ts", .format = TimeRule::Format::kSenml}};
  EXPECT_EQ(Give(R"({"t":1,"ts":1795262390.5})"), Verdict::kEvents);
  EXPECT_EQ(ToUnixNanos(At(0).time()), 1'795'262'390'500'000'000);
  EXPECT_EQ(Give(R"({"t":1,"ts":-5})"), Verdict::kEvents);
  EXPECT_EQ(ToUnixNanos(At(0).time()), kReceived - 5'000'000'000);
  EXPECT_EQ(Give(R"({"t":1,"ts":0.25})"), Verdict::kEvents);
  EXPECT_EQ(ToUnixNanos(At(0).time()), kReceived + 250'000'000);
}

TEST_F(NormaliserTest, TheFirstUsableTimeCounts) {
  profile_.times = {{.member = "/ts", .format = TimeRule::Format::kRfc3339},
                    {.member = "/ts", .format = TimeRule::Format::kUnixMillis}};
  ASSERT_EQ(Give(R"({"t":1,"ts":1795262390500})"), Verdict::kEvents);
  EXPECT_EQ(At(0).time(), FromUnixNanos(1'795'262'390'500'000'000));
}

TEST_F(NormaliserTest, LocalTimeIsShiftedByItsOffset) {
  profile_.times = {
      {.member = "/ts", .format = TimeRule::Format::kLocal, .utc_offset_minutes = 60}};
  ASSERT_EQ(Give(R"({"t":1,"ts":"2026-11-21T12:59:59"})"), Verdict::kEvents);
  EXPECT_EQ(At(0).time(), FromUnixNanos(kReceived) - std::chrono::seconds(1));
}

TEST_F(NormaliserTest, ATimeThatIsAbsentBrokenOrFrom1970IsTheGateways) {
  profile_.times = {{.member = "/ts", .format = TimeRule::Format::kRfc3339}};
  for (const char* payload : {R"({"t":1})", R"({"t":1,"ts":null})", R"({"t":1,"ts":"soon"})",
                              R"({"t":1,"ts":7})", R"({"t":1,"ts":"1970-01-01T00:00:21Z"})"}) {
    ASSERT_EQ(Give(payload), Verdict::kEvents);
    EXPECT_EQ(At(0).time(), message_.received) << payload;
    EXPECT_EQ(At(0).time_source(), schema::TimeSource::kGateway);
  }
}

TEST_F(NormaliserTest, ATimeTooFarOffIsTheGateways) {
  profile_.times = {{.member = "/ts", .format = TimeRule::Format::kRfc3339}};
  profile_.max_skew = std::chrono::minutes(10);
  Give(R"({"t":1,"ts":"2026-11-21T12:09:59Z"})");
  EXPECT_EQ(At(0).time_source(), schema::TimeSource::kDevice);
  Give(R"({"t":1,"ts":"2026-11-21T12:10:01Z"})");
  EXPECT_EQ(At(0).time_source(), schema::TimeSource::kGateway);
  Give(R"({"t":1,"ts":"2026-11-21T11:49:59Z"})");
  EXPECT_EQ(At(0).time_source(), schema::TimeSource::kGateway);
}

TEST_F(NormaliserTest, BeforeItsClockIsSetTheGatewaySaysSo) {
  message_.clock_is_set = false;
  message_.received = FromUnixNanos(5);
  ASSERT_EQ(Give(R"({"t":1})"), Verdict::kEvents);
  EXPECT_EQ(At(0).time_source(), schema::TimeSource::kGatewayUnset);
}

TEST_F(NormaliserTest, WithoutAClockAnyDeviceTimeAfter2024IsBelieved) {
  profile_.times = {{.member = "/ts", .format = TimeRule::Format::kUnixSeconds}};
  profile_.max_skew = std::chrono::minutes(10);
  message_.clock_is_set = false;
  message_.received = FromUnixNanos(5);
  ASSERT_EQ(Give(R"({"t":1,"ts":1795262390})"), Verdict::kEvents);
  EXPECT_EQ(At(0).time_source(), schema::TimeSource::kDevice);
}

TEST_F(NormaliserTest, TheDevicesCounterIsTheSequence) {
  profile_.sequence_member = "/seq";
  Give(R"({"t":1,"seq":18446744073709551615})");
  EXPECT_EQ(At(0).sequence(), UINT64_MAX);
  Give(R"({"t":1,"seq":-1})");
  EXPECT_EQ(At(0).sequence(), std::nullopt);
  Give(R"({"t":1,"seq":"7"})");
  EXPECT_EQ(At(0).sequence(), std::nullopt);
}

TEST_F(NormaliserTest, SeveralRulesGiveSeveralEventsWithRisingOffsets) {
  profile_.events.push_back(Event({Number("h", "/h")}));
  profile_.events[1].type = "humidity.reading.v1";
  ASSERT_EQ(Give(R"({"t":1,"h":2})"), Verdict::kEvents);
  ASSERT_EQ(events_.size(), 2u);
  EXPECT_EQ(At(0).offset(), 100u);
  EXPECT_EQ(At(1).offset(), 101u);
  EXPECT_EQ(At(1).type(), "humidity.reading.v1");
  EXPECT_EQ(events_.bytes(), events_.event(0).size() + events_.event(1).size());
}

TEST_F(NormaliserTest, EachMemberOfAnObjectGivesAnEvent) {
  EventRule& event = profile_.events[0];
  event.base = "/params";
  event.each = true;
  event.key_prefix = "switch:";
  event.attributes = {{.key = "component", .from = AttributeRule::From::kKey}};
  ASSERT_EQ(Give(R"({"params":{"ts":1,"switch:0":{"t":1},"wifi":{"t":2},"switch:1":{"t":3}}})"),
            Verdict::kEvents);
  ASSERT_EQ(events_.size(), 2u);
  EXPECT_EQ(At(0).attribute(0).value, "switch:0");
  EXPECT_EQ(At(1).attribute(0).value, "switch:1");
}

TEST_F(NormaliserTest, EachItemOfAnArrayGivesAnEvent) {
  profile_.events[0].base = "/list";
  profile_.events[0].each = true;
  profile_.events[0].attributes = {{.key = "index", .from = AttributeRule::From::kKey}};
  ASSERT_EQ(Give(R"({"list":[{"t":1},5,{"t":2}]})"), Verdict::kEvents);
  ASSERT_EQ(events_.size(), 2u);
  EXPECT_EQ(At(1).attribute(0).value, "2");
}

TEST_F(NormaliserTest, EventsOfOneMessageAreBounded) {
  profile_.events[0].each = true;
  limits_.max_events = 3;
  EXPECT_EQ(Give(R"({"a":{"t":1},"b":{"t":1},"c":{"t":1}})"), Verdict::kEvents);
  EXPECT_EQ(ReasonFor(R"({"a":{"t":1},"b":{"t":1},"c":{"t":1},"d":{"t":1}})"),
            Reason::kTooManyEvents);
}

TEST_F(NormaliserTest, OneBadEventRefusesAllOfTheMessage) {
  profile_.events.push_back(Event({Number("h", "/h")}));
  profile_.events[1].readings[0].required = true;
  EXPECT_EQ(ReasonFor(R"({"t":1,"h":"wet"})"), Reason::kWrongType);
  EXPECT_EQ(rejection_.text, "/h: not of the type that the profile says");
}

TEST_F(NormaliserTest, ARequiredReadingMustBeThere) {
  profile_.events[0].readings.push_back(Number("h", "/h"));
  profile_.events[0].readings[1].required = true;
  EXPECT_EQ(ReasonFor(R"({"t":1})"), Reason::kMissingMember);
  EXPECT_EQ(ReasonFor(R"({"t":1,"h":null})"), Reason::kMissingMember);
  EXPECT_EQ(ReasonFor(R"({})"), Reason::kNoReading);
}

TEST_F(NormaliserTest, NothingKnownIsADeadLetterOrIgnoredAsTheProfileSays) {
  EXPECT_EQ(ReasonFor(R"({"x":1})"), Reason::kNoReading);
  EXPECT_EQ(ReasonFor("7"), Reason::kNoReading);
  normaliser_.reset();
  profile_.ignore_if_nothing = true;
  EXPECT_EQ(Give(R"({"x":1})"), Verdict::kIgnored);
}

TEST_F(NormaliserTest, CompanionsMakeNoEvent) {
  profile_.events[0].readings.push_back(Number("battery", "/battery"));
  profile_.events[0].readings[1].companion = true;
  EXPECT_EQ(ReasonFor(R"({"battery":90})"), Reason::kNoReading);
  ASSERT_EQ(Give(R"({"battery":90,"t":1})"), Verdict::kEvents);
  EXPECT_EQ(At(0).reading_count(), 2u);
}

TEST_F(NormaliserTest, MessagesThatTheProfileIgnoresAreIgnored) {
  profile_.ignore = {{.name = "notify", .when = {{.member = "/method", .equals = "NotifyEvent"}}}};
  EXPECT_EQ(Give(R"({"method":"NotifyEvent","t":1})"), Verdict::kIgnored);
  EXPECT_EQ(rejection_.text, "notify");
  EXPECT_EQ(rejection_.profile, "small");
  EXPECT_EQ(Give(R"({"method":"NotifyStatus","t":1})"), Verdict::kEvents);
}

TEST_F(NormaliserTest, ConditionsCompareTextsNumbersAndBooleans) {
  profile_.events[0].when = {{.member = "/a", .equals = "true"},
                             {.member = "/b", .equals = "-2.5"}};
  EXPECT_EQ(Give(R"({"t":1,"a":true,"b":-2.5})"), Verdict::kEvents);
  EXPECT_EQ(Give(R"({"t":1,"a":"true","b":"-2.5"})"), Verdict::kEvents);
  EXPECT_EQ(Give(R"({"t":1,"a":false,"b":-2.5})"), Verdict::kRejected);
  EXPECT_EQ(Give(R"({"t":1,"a":true})"), Verdict::kRejected);
}

TEST_F(NormaliserTest, ARuleMayHaveTopicsOfItsOwn) {
  profile_.topics = {"#"};
  profile_.events[0].topics = {"in/+"};
  EXPECT_EQ(Give(R"({"t":1})"), Verdict::kEvents);
  message_.topic = "out/attic";
  EXPECT_EQ(Give(R"({"t":1})"), Verdict::kRejected);
}

TEST_F(NormaliserTest, TheLastSeverityThatHoldsWins) {
  profile_.events[0].severity_rules = {
      {.when = {.member = "/low", .equals = "true"}, .severity = schema::Severity::kWarning},
      {.when = {.member = "/dead", .equals = "true"}, .severity = schema::Severity::kCritical}};
  Give(R"({"t":1})");
  EXPECT_EQ(At(0).severity(), schema::Severity::kInfo);
  Give(R"({"t":1,"low":true})");
  EXPECT_EQ(At(0).severity(), schema::Severity::kWarning);
  Give(R"({"t":1,"low":true,"dead":true})");
  EXPECT_EQ(At(0).severity(), schema::Severity::kCritical);
}

TEST_F(NormaliserTest, AttributesComeFromEverywhere) {
  profile_.events[0].attributes = {
      {.key = "a", .from = AttributeRule::From::kConstant, .value = "x"},
      {.key = "b", .from = AttributeRule::From::kMember, .member = "/m"},
      {.key = "c", .from = AttributeRule::From::kTopicLevel, .level = 0},
      {.key = "d", .from = AttributeRule::From::kMember, .member = "/absent"}};
  ASSERT_EQ(Give(R"({"t":1,"m":5})"), Verdict::kEvents);
  ASSERT_EQ(At(0).attribute_count(), 3u);
  EXPECT_EQ(At(0).attribute(0).value, "x");
  EXPECT_EQ(At(0).attribute(1).value, "5");
  EXPECT_EQ(At(0).attribute(2).value, "in");
}

TEST_F(NormaliserTest, AReplayedMessageSaysOfWhichLetterItIs) {
  message_.replay_of = "gw/dead-letters/17";
  ASSERT_EQ(Give(R"({"t":1})"), Verdict::kEvents);
  ASSERT_EQ(At(0).attribute_count(), 1u);
  EXPECT_EQ(At(0).attribute(0).key, kReplayOf);
  EXPECT_EQ(At(0).attribute(0).value, "gw/dead-letters/17");
  message_.replay_events = 3;
  ASSERT_EQ(Give(R"({"t":1})"), Verdict::kEvents);
  ASSERT_EQ(At(0).attribute_count(), 2u);
  EXPECT_EQ(At(0).attribute(1).key, kReplayEvents);
  EXPECT_EQ(At(0).attribute(1).value, "3");
}

TEST_F(NormaliserTest, NoProfileSpeaksOfReplays) {
  for (const std::string_view key : {kReplayOf, kReplayEvents}) {
    Profile bad = SmallProfile();
    bad.events[0].attributes = {
        {.key = std::string(key), .from = AttributeRule::From::kConstant, .value = "x"}};
    EXPECT_THAT(ErrorOf({bad}), HasSubstr("the gateway's own"));
  }
}

TEST_F(NormaliserTest, ProfilesThatCannotWorkAreRefusedWithTheirName) {
  Profile bad = SmallProfile();
  bad.events[0].readings[0].unit_in = "C";
  EXPECT_EQ(ErrorOf({bad}), "profile small: t: \"C\" is not a UCUM unit; write \"Cel\"");
  bad = SmallProfile();
  bad.events[0].readings[0].member = "t";
  EXPECT_THAT(ErrorOf({bad}), HasSubstr("\"t\" is not a JSON pointer"));
  bad = SmallProfile();
  bad.topics = {"a/#/b"};
  EXPECT_THAT(ErrorOf({bad}), HasSubstr("not a topic filter"));
  bad = SmallProfile();
  bad.events[0].readings.push_back(Number("t", "/u"));
  EXPECT_THAT(ErrorOf({bad}), HasSubstr("same name"));
  EXPECT_THAT(ErrorOf({SmallProfile(), SmallProfile()}), HasSubstr("two profiles"));
}

TEST_F(NormaliserTest, WordsForUnitsMustMeasureTheSame) {
  Profile bad = SmallProfile();
  ReadingRule& reading = bad.events[0].readings[0];
  reading.unit_in = "Cel";
  reading.unit_member = "/u";
  reading.unit_words = {{"F", "[degF]"}, {"V", "V"}};
  EXPECT_THAT(ErrorOf({bad}), HasSubstr("\"V\" does not measure the same as \"Cel\""));
}

TEST_F(NormaliserTest, MessagesAllocateNothingInSteadyState) {
  profile_.events[0].each = true;
  profile_.events[0].attributes = {{.key = "sensor", .from = AttributeRule::From::kKey}};
  profile_.times = {{.member = "/ts", .format = TimeRule::Format::kRfc3339}};
  profile_.sequence_member = "/seq";
  profile_.device = {.from = DeviceRule::From::kTopicLevel, .level = -1};
  constexpr std::string_view kGood =
      R"({"ts":"2026-11-21T11:59:59Z","seq":1,"a":{"t":1},"b":{"t":"wrong type"}})";
  constexpr std::string_view kBad = R"({"a":{"t":[1,{"u":"x"}]},"b":{"t":[]}})";
  constexpr std::string_view kMended = R"({"a":{"t":nan},"b":{"t":89882806660002990267}})";
  Give(kGood);
  Give(kBad);
  Give(kMended);
  const test::AllocationCounter counter;
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(Give(kGood), Verdict::kEvents);
    ASSERT_EQ(Give(kBad), Verdict::kRejected);
    ASSERT_EQ(Give(kMended), Verdict::kEvents);
  }
  EXPECT_EQ(counter.count(), 0u);
}

}  // namespace
}  // namespace sluice::normalise
