#include "normalise/try_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "normalise_fixture.h"

namespace sluice::normalise {
namespace {

using testing::HasSubstr;

TryOutcome Try(const Profile& profile, std::string_view payload, std::string_view topic = "") {
  auto outcome = TryProfile(profile, {.topic = topic,
                                      .payload = AsBytes(payload),
                                      .identity = "me",
                                      .received = FromUnixNanos(kReceived)});
  EXPECT_TRUE(outcome.ok());
  return outcome.ok() ? *outcome : TryOutcome();
}

TEST(TryProfileTest, EventsAreLinesOfJson) {
  const TryOutcome outcome = Try(SmallProfile(), R"({"t":1})", "in/x");
  EXPECT_TRUE(outcome.accepted);
  EXPECT_THAT(outcome.text, testing::StartsWith(R"({"specversion":"1.0")"));
  EXPECT_THAT(outcome.text, testing::EndsWith("}\n"));
}

TEST(TryProfileTest, WithoutATopicAnExampleIsTaken) {
  EXPECT_THAT(Try(SmallProfile(), R"({"t":1})").text, HasSubstr(R"("topic":"in/example")"));
}

TEST(TryProfileTest, ARejectionSaysWhy) {
  const TryOutcome outcome = Try(SmallProfile(), "{}");
  EXPECT_FALSE(outcome.accepted);
  EXPECT_THAT(outcome.text, HasSubstr(R"({"verdict":"rejected","reason":"no_reading")"));
}

TEST(TryProfileTest, IgnoredIsAccepted) {
  Profile profile = SmallProfile();
  profile.ignore_if_nothing = true;
  const TryOutcome outcome = Try(profile, "{}");
  EXPECT_TRUE(outcome.accepted);
  EXPECT_EQ(outcome.text, "{\"verdict\":\"ignored\",\"rule\":\"if_nothing\"}\n");
}

TEST(TryProfileTest, ABadProfileIsAnError) {
  Profile profile = SmallProfile();
  profile.topics.clear();
  EXPECT_FALSE(TryProfile(profile, {}).ok());
}

}  // namespace
}  // namespace sluice::normalise
