#include "session/topic_aliases.h"

#include <gtest/gtest.h>

namespace sluice::session {
namespace {

TEST(TopicAliasesTest, ZeroAndWhatIsAboveTheMaximumAreIllegal) {  // [MQTT-3.3.2-8] [MQTT-3.3.2-9]
  const TopicAliases aliases(2);
  EXPECT_FALSE(aliases.IsLegal(0));
  EXPECT_TRUE(aliases.IsLegal(1) && aliases.IsLegal(2));
  EXPECT_FALSE(aliases.IsLegal(3));
}

TEST(TopicAliasesTest, WithoutAMaximumNoneIsLegal) { EXPECT_FALSE(TopicAliases(0).IsLegal(1)); }

TEST(TopicAliasesTest, NameIsTheLastThatWasSet) {
  TopicAliases aliases(3);
  aliases.Set(2, "a");
  aliases.Set(2, "b");
  EXPECT_EQ(aliases.Get(2), "b");
}

TEST(TopicAliasesTest, BytesAreThoseOfAllNames) {
  TopicAliases aliases(3);
  aliases.Set(2, "abc");
  aliases.Set(1, "d");
  aliases.Set(2, "e");
  EXPECT_EQ(aliases.bytes(), 2U);
}

TEST(TopicAliasesTest, AliasThatWasNotSetHasNoName) {
  TopicAliases aliases(3);
  aliases.Set(2, "a");
  EXPECT_EQ(aliases.Get(1), "");
  EXPECT_EQ(aliases.Get(3), "");
}

}  // namespace
}  // namespace sluice::session
