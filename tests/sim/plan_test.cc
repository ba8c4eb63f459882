#include "sim/plan.h"

#include <gtest/gtest.h>

#include "config/config_file.h"
#include "config/memory_plan.h"
#include "config/profile_file.h"

namespace sluice::sim {
namespace {

TEST(PlanTest, EverySeedHasAConfigurationThatIsAllowed) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const std::string text = ConfigurationOf(Draw(seed));
    const auto loaded = config::ParseConfig("sluice.toml", text);
    ASSERT_TRUE(loaded.ok()) << loaded.status().ToString() << text;
    const auto memory = config::PlanMemory(loaded->config);
    ASSERT_TRUE(memory.ok()) << memory.status().ToString() << text;
  }
}

TEST(PlanTest, ProfilesAreAllowed) {
  for (const std::string_view product : {kClimateProduct, kLateProduct}) {
    for (const std::string& text : {ProfileText(product), HubProfileText(product)}) {
      const auto profile = config::ParseProfile("profile.toml", text);
      EXPECT_TRUE(profile.ok()) << profile.status().ToString();
    }
  }
}

}  // namespace
}  // namespace sluice::sim
