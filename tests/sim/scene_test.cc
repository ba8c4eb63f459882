#include "sim/scene.h"

#include <gtest/gtest.h>

#include "sim/witness.h"

namespace sluice::sim {
namespace {

TEST(SceneTest, NamesOfTroubleGoThereAndBack) {
  for (size_t i = 0; i < kTroubles; ++i) {
    const auto trouble = static_cast<Trouble>(i);
    EXPECT_FALSE(TroubleName(trouble).empty());
    EXPECT_EQ(TroubleNamed(TroubleName(trouble)), trouble);
  }
}

TEST(SceneTest, TokensAreFoundWhereTheyAre) {
  std::vector<Token> found;
  FindTokens("~~0000002a~~0000002b~ ~0000002~ ~000000xx~ " + TokenText(0xffffffff),
             [&](Token token) { found.push_back(token); });
  EXPECT_EQ(found, (std::vector<Token>{0x2a, 0x2b, 0xffffffff}));
}

TEST(SceneTest, PartsDrawTheirOwnLuck) {
  const Plan plan = Draw(7);
  Scene scene(plan);
  EXPECT_EQ(scene.RandomFor("disk").Next(), Scene(plan).RandomFor("disk").Next());
  EXPECT_NE(scene.RandomFor("disk").Next(), scene.RandomFor("network").Next());
}

TEST(SceneTest, TheTraceTellsHistoriesApart) {
  const Plan plan = Draw(7);
  Scene one(plan), other(plan);
  one.trace.Note("device {}", 1);
  other.trace.Note("device {}", 1);
  EXPECT_EQ(one.trace.hash(), other.trace.hash());
  other.clock.Advance(std::chrono::milliseconds(1));
  one.trace.Note("device {}", 2);
  other.trace.Note("device {}", 2);
  EXPECT_NE(one.trace.hash(), other.trace.hash());
}

}  // namespace
}  // namespace sluice::sim
