// Which profile a message belongs to, and that each message is events, ignored by name, or a dead
// letter.

#include <gmock/gmock.h>

#include "normalise_fixture.h"

namespace sluice::normalise {
namespace {

using testing::HasSubstr;

class ClaimsTest : public testing::Test {
 protected:
  Profile& Add(std::string name, std::string member, std::vector<std::string> topics = {"in/+"}) {
    Profile& profile = profiles_.emplace_back();
    profile.name = std::move(name);
    profile.topics = std::move(topics);
    profile.events = {Event({Number("v", std::move(member))})};
    return profile;
  }

  Verdict Give(std::string_view payload, std::string_view topic = "in/attic") {
    if (normaliser_ == nullptr) {
      auto made = Normaliser::Create(profiles_, {});
      EXPECT_TRUE(made.ok()) << made.status().message();
      normaliser_ = std::move(*made);
    }
    const Message message{.topic = topic,
                          .payload = AsBytes(payload),
                          .identity = "hub",
                          .received = FromUnixNanos(kReceived),
                          .speakers = speakers_};
    return normaliser_->Normalise(message, {.gateway = "g", .stream = "s"}, &events_, &rejection_);
  }

  std::vector<Profile> profiles_;
  const SpeakerRules* speakers_ = nullptr;
  std::unique_ptr<Normaliser> normaliser_;
  EventList events_;
  Rejection rejection_;
};

TEST_F(ClaimsTest, WhatOneProfileDoesNotKnowIsLeftToTheNext) {
  Add("first", "/a");
  Add("second", "/b");
  ASSERT_EQ(Give(R"({"b":1,"a":null})"), Verdict::kEvents);
  EXPECT_EQ(rejection_.profile, "second");
  ASSERT_EQ(Give(R"({"b":1,"a":2})"), Verdict::kEvents);
  EXPECT_EQ(rejection_.profile, "first");
  EXPECT_EQ(events_.size(), 1u);
}

TEST_F(ClaimsTest, WhatNobodyKnowsIsADeadLetterOfTheFirst) {
  Add("first", "/a");
  Add("second", "/b");
  EXPECT_EQ(Give(R"({"c":1})"), Verdict::kRejected);
  EXPECT_EQ(rejection_.reason, Reason::kNoReading);
  EXPECT_EQ(rejection_.profile, "first");
}

TEST_F(ClaimsTest, IfNothingForgetsOnlyWhatNoOtherProfileKnows) {
  Add("first", "/a").ignore_if_nothing = true;
  Add("second", "/b");
  EXPECT_EQ(Give(R"({"b":1})"), Verdict::kEvents);
  EXPECT_EQ(Give(R"({"c":1})"), Verdict::kIgnored);
  EXPECT_EQ(rejection_.profile, "first");
  EXPECT_EQ(Give("no JSON"), Verdict::kRejected);  // nobody can say what it holds
}

TEST_F(ClaimsTest, AMessageThatAProfileKnowsAndCannotUseIsNotLeftToTheNext) {
  Profile& first = Add("first", "/a");
  first.events[0].readings.push_back(Number("w", "/w"));
  first.events[0].readings[1].required = true;
  Add("second", "/b");
  EXPECT_EQ(Give(R"({"a":1,"b":1})"), Verdict::kRejected);
  EXPECT_EQ(rejection_.reason, Reason::kMissingMember);
  EXPECT_EQ(rejection_.profile, "first");
}

TEST_F(ClaimsTest, WithoutAnythingKnownADeviceIsNotMissed) {
  Add("first", "/a").device = {.from = DeviceRule::From::kMember, .member = "/id"};
  Add("second", "/b");
  EXPECT_EQ(Give(R"({"b":1})"), Verdict::kEvents);
  EXPECT_EQ(Give(R"({"a":1,"b":1})"), Verdict::kRejected);
  EXPECT_EQ(rejection_.reason, Reason::kNoDevice);
}

class Nobody final : public SpeakerRules {
 public:
  bool MaySpeakFor(std::string_view identity, std::string_view device) const override {
    return identity == device;
  }
};

TEST_F(ClaimsTest, OnlyWhatWouldBecomeEventsNeedsAPublisherWhoMaySpeak) {
  const Nobody nobody;
  speakers_ = &nobody;
  Add("first", "/a").device = {.from = DeviceRule::From::kTopicLevel, .level = -1};
  Add("second", "/b");
  EXPECT_EQ(Give(R"({"b":1})"), Verdict::kEvents);
  EXPECT_EQ(Give(R"({"a":1})"), Verdict::kRejected);
  EXPECT_EQ(rejection_.reason, Reason::kForeignDevice);
}

TEST_F(ClaimsTest, ProfilesMayReadOnePayloadInDifferentWays) {
  Add("first", "/a");
  Profile& second = Add("second", "");
  second.encoding.format = decode::Format::kText;
  second.events[0].readings[0].from_text = true;
  EXPECT_EQ(Give("21.5"), Verdict::kEvents);
  EXPECT_EQ(rejection_.profile, "second");
  EXPECT_EQ(Give("oops"), Verdict::kEvents);  // of the wrong type, and kept
  EXPECT_EQ(Give("\xff"), Verdict::kRejected);
  EXPECT_EQ(rejection_.reason, Reason::kInvalidJson);
}

TEST_F(ClaimsTest, IgnoredByNameIsWhatARuleSays) {
  Profile& profile = Add("first", "/a", {"in/#"});
  profile.ignore = {
      {.name = "cleared", .empty_payload = true},
      {.name = "command", .topics = {"in/+/set"}},
      {.name = "online", .topics = {"in/+/state"}, .when = {{.member = "/s", .equals = "online"}}}};
  EXPECT_EQ(Give(""), Verdict::kIgnored);
  EXPECT_EQ(rejection_.text, "cleared");
  EXPECT_EQ(Give("\xff", "in/x/set"), Verdict::kIgnored);
  EXPECT_EQ(rejection_.text, "command");
  EXPECT_EQ(Give(R"({"s":"online"})", "in/x/state"), Verdict::kIgnored);
  EXPECT_EQ(rejection_.text, "online");
  EXPECT_EQ(Give(R"({"s":"broken"})", "in/x/state"), Verdict::kRejected);
  EXPECT_EQ(Give(R"({"s":"online"})", "in/x"), Verdict::kRejected);
}

TEST_F(ClaimsTest, WhatIsNoEventMayBeIgnoredByName) {
  Add("first", "/a").ignore = {{.name = "housekeeping",
                                .when = {{.member = "/wifi", .test = Condition::Test::kPresent}},
                                .otherwise = true}};
  EXPECT_EQ(Give(R"({"a":1,"wifi":{}})"), Verdict::kEvents);
  EXPECT_EQ(Give(R"({"wifi":{}})"), Verdict::kIgnored);
  EXPECT_EQ(rejection_.text, "housekeeping");
  EXPECT_EQ(Give(R"({"c":1})"), Verdict::kRejected);
}

TEST_F(ClaimsTest, AnEventMayBeOnlyWhatIsNoOther) {
  Profile& first = Add("first", "/a");
  first.events.push_back(Event({Number("battery", "/battery")}));
  first.events[1].otherwise = true;
  ASSERT_EQ(Give(R"({"a":1,"battery":2})"), Verdict::kEvents);
  EXPECT_EQ(events_.size(), 1u);
  ASSERT_EQ(Give(R"({"battery":2})"), Verdict::kEvents);
  EXPECT_EQ(events_.size(), 1u);
}

TEST_F(ClaimsTest, AnEmptyPayloadIsADeadLetterWhereNoRuleIgnoresIt) {
  Add("first", "/a");
  EXPECT_EQ(Give(""), Verdict::kRejected);
}

TEST_F(ClaimsTest, ARuleThatWouldForgetEverythingIsRefused) {
  Add("first", "/a").ignore = {{.name = "all"}};
  const auto made = Normaliser::Create(profiles_, {});
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.status().message(), HasSubstr("would forget every message"));
}

}  // namespace
}  // namespace sluice::normalise
