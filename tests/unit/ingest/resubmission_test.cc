#include "ingest/resubmission.h"

#include <gtest/gtest.h>

namespace sluice::ingest {
namespace {

using Attributes = std::vector<schema::Attribute>;

// "17 of 2": the letter, and how many events it has become.
std::string MarkOf(const Attributes& attributes) {
  schema::EventBuilder builder;
  builder.Start();
  builder.AddReading({.name = "t", .value = 1.0});
  for (const schema::Attribute& attribute : attributes) {
    builder.AddAttribute(attribute.key, attribute.value);
  }
  schema::EventView view;
  EXPECT_TRUE(
      view.Parse(builder.Finish(
                     {.type = "a.b.v1", .gateway = "gw", .stream = "telemetry", .device = "d"}))
          .ok());
  const auto mark = ReplayOf(view, "dead-letters");
  return mark ? std::to_string(mark->letter) + " of " + std::to_string(mark->events) : "none";
}

TEST(ReplayOfTest, EventSaysOfWhichLetterItIs) {
  EXPECT_EQ(MarkOf({{"replay_of", "gw/dead-letters/17"}}), "17 of 1");
  EXPECT_EQ(MarkOf({{"other", "x"}, {"replay_of", "gw/dead-letters/0"}, {"replay_events", "2"}}),
            "0 of 2");
  // The gateway was called otherwise then.
  EXPECT_EQ(MarkOf({{"replay_of", "old-name/dead-letters/5"}}), "5 of 1");
}

TEST(ReplayOfTest, WhatIsNoLetterIsNone) {
  for (const char* const id :
       {"", "17", "gw/telemetry/17", "dead-letters/17", "gw/dead-letters/", "gw/dead-letters/x",
        "gw/dead-letters/-1", "gw/dead-letters/99999999999999999999", "gw/more-dead-letters/1"}) {
    EXPECT_EQ(MarkOf({{"replay_of", id}}), "none") << id;
  }
  EXPECT_EQ(MarkOf({{"replay_events", "2"}}), "none");
  EXPECT_EQ(MarkOf({}), "none");
}

}  // namespace
}  // namespace sluice::ingest
