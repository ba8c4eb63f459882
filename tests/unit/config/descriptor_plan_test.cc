#include "config/descriptor_plan.h"

#include <gtest/gtest.h>

#include "config/config.h"

namespace sluice::config {
namespace {

class DescriptorPlanTest : public testing::Test {
 protected:
  DescriptorPlanTest() {
    config_.listeners.resize(2);
    config_.streams.resize(3);
    config_.routes.resize(2);
    config_.uplinks.resize(2);
  }

  Config config_;
};

TEST_F(DescriptorPlanTest, ConnectionsGetWhatTheRestDoesNotNeed) {
  const auto plan = PlanDescriptors(config_, 1024);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->limit, 1024u);
  EXPECT_EQ(plan->reserve, ReservedDescriptors(config_));
  EXPECT_EQ(plan->connections() + plan->reserve, 1024u);
}

TEST_F(DescriptorPlanTest, MoreStreamsAndUplinksNeedMore) {
  const size_t reserve = ReservedDescriptors(config_);
  config_.streams.resize(4);
  const size_t with_stream = ReservedDescriptors(config_);
  config_.uplinks.resize(3);
  EXPECT_GT(with_stream, reserve);
  EXPECT_GT(ReservedDescriptors(config_), with_stream);
}

TEST_F(DescriptorPlanTest, LimitThatLeavesNoRoomIsSaidWithWhatIsNeeded) {
  const auto plan = PlanDescriptors(config_, 64);
  ASSERT_FALSE(plan.ok());
  EXPECT_NE(plan.status().message().find("LimitNOFILE"), std::string::npos);
}

}  // namespace
}  // namespace sluice::config
