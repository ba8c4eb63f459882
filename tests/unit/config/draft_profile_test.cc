#include "normalise/draft_profile.h"

#include <gtest/gtest.h>

#include "config/profile_file.h"
#include "normalise/try_profile.h"

namespace sluice::config {
namespace {

using normalise::DraftSample;

class DraftProfileTest : public testing::Test {
 protected:
  // The draft of the samples, of which a gateway would make events of each.
  std::string Draft(const std::vector<DraftSample>& samples) {
    const std::string text = normalise::DraftProfile("draft", samples);
    const auto profile = ParseProfile("draft.toml", text);
    EXPECT_TRUE(profile.ok()) << profile.status().message() << text;
    if (!profile.ok()) return text;
    for (const DraftSample& sample : samples) {
      const auto outcome =
          normalise::TryProfile(*profile, {.topic = sample.topic,
                                           .payload = AsBytes(sample.payload),
                                           .identity = "hub",
                                           .received = FromUnixNanos(1'795'262'400'000'000'000)});
      EXPECT_TRUE(outcome.ok()) << outcome.status().message();
      if (!outcome.ok()) continue;
      EXPECT_TRUE(outcome->accepted) << outcome->text << text;
      events_ += outcome->text;
    }
    return text;
  }
  static bool Holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  }

  std::string events_;
};

TEST_F(DraftProfileTest, MembersBecomeReadingsWithNamesTypesAndUnits) {
  const std::string text =
      Draft({{"zigbee2mqtt/attic", R"({"temperature":20.5,"humidity":44,"battery":97,)"
                                   R"("linkquality":120,"contact":false,"power_on":"OFF",)"
                                   R"("wifi":{"RSSI":-60},"set":"21.5","list":[1]})"}});
  EXPECT_TRUE(Holds(text, R"(topics = ["zigbee2mqtt/+"])")) << text;
  EXPECT_TRUE(Holds(text, "device = { topic_level = 1 }"));
  EXPECT_TRUE(Holds(text, R"(name = "temperature", member = "/temperature", unit = "Cel" })"));
  EXPECT_TRUE(
      Holds(text, R"(name = "battery", member = "/battery", unit = "%", companion = true)"));
  EXPECT_TRUE(Holds(text, R"(name = "contact", member = "/contact", type = "bool" })"));
  EXPECT_TRUE(Holds(text, R"(true_words = ["ON"], false_words = ["OFF"])"));
  EXPECT_TRUE(Holds(text, R"(name = "rssi", member = "/wifi/RSSI", unit = "dB[mW]")"));
  EXPECT_TRUE(Holds(text, R"(member = "/set", from_text = true)"));
  EXPECT_TRUE(Holds(text, R"(# "/list": a list)"));
  EXPECT_TRUE(Holds(events_, R"("subject":"attic")")) << events_;
}

TEST_F(DraftProfileTest, WhatDiffersInTopicsNamesTheDevice) {
  const std::string text =
      Draft({{"site/a/x/state", R"({"t":1})"}, {"site/b/x/state", R"({"t":2,"u":3})"}});
  EXPECT_TRUE(Holds(text, R"(topics = ["site/+/x/state"])")) << text;
  EXPECT_TRUE(Holds(events_, R"("subject":"b")"));
}

TEST_F(DraftProfileTest, UnlikeMessagesAreEventsOfTheirOwn) {
  const std::string text = Draft({{"tele/a/SENSOR", R"({"Time":"2026-11-21T12:00:00","t":1})"},
                                  {"tele/b/SENSOR", R"({"Time":"2026-11-21T12:00:00","t":1})"},
                                  {"stat/a/x/y", R"({"Uptime":5,"Heap":1,"Wifi":{"SSId":"x"}})"}});
  EXPECT_TRUE(Holds(text, R"(["stat/+/x/y", "tele/+/SENSOR"])")) << text;
  EXPECT_TRUE(Holds(text, R"(time = [{ member = "/Time", format = "local", utc_offset = "Z" }])"));
}

TEST_F(DraftProfileTest, PlainValuesAreNamedByTheirTopics) {
  const std::string text =
      Draft({{"house/kitchen/temperature", "21.5"}, {"house/kitchen/door", "OPEN"}});
  EXPECT_TRUE(Holds(text, R"(format = "json_or_text")")) << text;
  EXPECT_TRUE(Holds(events_, R"("name":"temperature","value":21.5)")) << events_;
  EXPECT_TRUE(Holds(events_, R"("name":"door","value":"OPEN")"));
  EXPECT_TRUE(Holds(events_, R"("subject":"kitchen")"));
}

TEST_F(DraftProfileTest, EqualNamesAreToldApart) {
  const std::string text =
      Draft({{"a/b", R"({"in":{"temp":1},"out":{"temp":2},"a":{"b":1,"b ":2},"ts":1795262390})"}});
  EXPECT_TRUE(Holds(text, R"(name = "temp", member = "/in/temp")")) << text;
  EXPECT_TRUE(Holds(text, R"(name = "out_temp", member = "/out/temp")"));
  EXPECT_TRUE(Holds(text, R"(time = [{ member = "/ts", format = "unix_s" }])"));
}

TEST_F(DraftProfileTest, PeersChooseNames) {
  Draft({{"a/\"b\\", R"({"k\"ey\\":1,"~/":2,"":3,"ü":4,"\u0001":5})"}});
}

TEST_F(DraftProfileTest, WhatCannotBeReadIsSaid) {
  const std::string text = normalise::DraftProfile("draft", {{"a/b", "{broken"}, {"a/c", "[1]"}});
  EXPECT_TRUE(Holds(text, "# \"a/b\": ")) << text;
  EXPECT_FALSE(Holds(text, "[[event]]"));
}

}  // namespace
}  // namespace sluice::config
