#include "server/server_health.h"

#include <gtest/gtest.h>

#include "support/simulated_scheduler.h"

namespace sluice::server {
namespace {

class ServerHealthTest : public testing::Test {
 protected:
  ServerHealth::Sources Sources() {
    return {[this] { return gave_way_; },
            [] { return std::string("hub-3 holds most of the wills"); }, [this] { return held_; }};
  }
  std::string Problems() {
    std::string text;
    for (const Health::Problem& problem : health_.problems()) text += problem.condition + " ";
    return text;
  }
  std::string AfterLooks(int count) {
    scheduler_.Advance(count * ServerHealth::kInterval);
    return Problems();
  }

  test::SimulatedClock clock_;
  Health health_{clock_};
  test::SimulatedScheduler scheduler_{&clock_};
  uint64_t gave_way_ = 0;
  size_t held_ = 0;
  ServerHealth server_{scheduler_, health_, Sources()};
};

TEST_F(ServerHealthTest, IdentityAtItsShareIsNamedUntilItHasBeenQuiet) {
  EXPECT_EQ(AfterLooks(3), "");
  ++gave_way_;
  EXPECT_EQ(AfterLooks(1), "share ");
  EXPECT_EQ(health_.problems()[0].why,
            "hub-3 holds most of the wills and has to give way to others");
  EXPECT_EQ(AfterLooks(29), "share ");
  EXPECT_EQ(AfterLooks(1), "");
}

TEST_F(ServerHealthTest, PublishersThatWaitForLongAreTold) {
  held_ = 2;
  EXPECT_EQ(AfterLooks(1), "");
  EXPECT_EQ(AfterLooks(1), "publishers_held ");
  held_ = 0;
  EXPECT_EQ(AfterLooks(1), "");
}

}  // namespace
}  // namespace sluice::server
