#include "client/topic_aliases.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "client/options.h"

namespace sluice::client {
namespace {

// As a server understands it.
std::string Receive(OutboundAliases* aliases, std::map<uint16_t, std::string>* known,
                    const std::string& topic) {
  const OutboundAliases::Use use = aliases->Find(topic);
  if (use.alias == 0) return topic;
  if (use.announced) return known->at(use.alias);
  aliases->Announce(use.alias, topic);
  return (*known)[use.alias] = topic;
}

TEST(OutboundAliases, TopicThatComesOnceHasNone) {
  OutboundAliases aliases(8);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(aliases.Find("topic/" + std::to_string(i)).alias, 0);
}

TEST(OutboundAliases, EveryTopicArrivesAsItself) {
  OutboundAliases aliases(8);
  std::map<uint16_t, std::string> known;
  uint32_t state = 1;
  for (int i = 0; i < 10'000; ++i) {
    state = state * 1'664'525 + 1'013'904'223;
    const std::string topic = "topic/" + std::to_string((state >> 16) % 40);
    ASSERT_EQ(Receive(&aliases, &known, topic), topic);
  }
  EXPECT_LE(known.size(), 8u);
  EXPECT_LE(known.rbegin()->first, 8);
}

TEST(OutboundAliases, TopicThatComesOftenIsAbbreviated) {
  OutboundAliases aliases(8);
  std::map<uint16_t, std::string> known;
  for (int i = 0; i < 3; ++i) Receive(&aliases, &known, "often");
  EXPECT_TRUE(aliases.Find("often").announced);
}

// A topic that comes once takes nothing away.
TEST(OutboundAliases, TopicOfTheSamePlaceThatComesOnceLeavesTheAlias) {
  OutboundAliases aliases(1);
  std::map<uint16_t, std::string> known;
  for (int i = 0; i < 3; ++i) Receive(&aliases, &known, "often");
  EXPECT_EQ(Receive(&aliases, &known, "once"), "once");
  EXPECT_TRUE(aliases.Find("often").announced);
}

TEST(OutboundAliases, NoneWithoutAMaximum) {
  OutboundAliases aliases(0);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(aliases.Find("topic").alias, 0);
}

// What is not worth it, and what would hold too much.
TEST(OutboundAliases, ShortAndLongTopicsHaveNone) {
  OutboundAliases aliases(8);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(aliases.Find("abc").alias, 0);
    EXPECT_EQ(aliases.Find(std::string(kMaxAliasedTopicBytes + 1, 't')).alias, 0);
  }
}

// Announced, but not sent because the packet was too large.
TEST(OutboundAliases, AliasThatWasNotAnnouncedStaysOffered) {
  OutboundAliases aliases(1);
  aliases.Find("topic");
  EXPECT_FALSE(aliases.Find("topic").announced);
  EXPECT_FALSE(aliases.Find("topic").announced);
}

TEST(InboundAliases, HoldNoMoreThanTheMaximum) {
  InboundAliases aliases(2);
  EXPECT_FALSE(aliases.IsLegal(0));
  EXPECT_TRUE(aliases.IsLegal(2));
  EXPECT_FALSE(aliases.IsLegal(3));
  EXPECT_EQ(aliases.Get(2), "");
  aliases.Set(2, "b");
  EXPECT_EQ(aliases.Get(1), "");
  EXPECT_EQ(aliases.Get(2), "b");
}

}  // namespace
}  // namespace sluice::client
