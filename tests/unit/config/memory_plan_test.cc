#include "config/memory_plan.h"

#include <gtest/gtest.h>

#include "config/config.h"
#include "identity/password_hash.h"

namespace sluice::config {
namespace {

class MemoryPlanTest : public testing::Test {
 protected:
  MemoryPlanTest() {
    config_.gateway.memory_limit = 48 << 20;
    config_.listeners.resize(1);
    config_.streams.resize(2);  // One and the dead letters.
    config_.routes.resize(1);
  }
  MemoryPlan Plan() {
    auto plan = PlanMemory(config_);
    EXPECT_TRUE(plan.ok()) << plan.status().ToString();
    return plan.ok() ? *plan : MemoryPlan{};
  }
  // Everything that is bounded over all connections, streams and subscribers.
  size_t SharedBytes(const MemoryPlan& plan) const {
    return kBytesOfProgram + 2 * plan.dirty_bytes_per_stream * config_.streams.size() +
           plan.broker_queued_bytes + plan.retained_bytes + plan.input_bytes + plan.outgoing_bytes +
           plan.will_bytes + plan.subscription_bytes + plan.session_bytes +
           plan.pending_acks * 72 * config_.streams.size();
  }

  Config config_;
};

TEST_F(MemoryPlanTest, SharesAndConnectionsStayBelowTheLimit) {
  for (const uint64_t mebibytes : {32, 48, 96, 512, 4096}) {
    config_.gateway.memory_limit = mebibytes << 20;
    const MemoryPlan plan = Plan();
    EXPECT_LE(SharedBytes(plan) + plan.max_connections * kBytesPerTlsConnection, mebibytes << 20);
    EXPECT_GT(plan.max_clients, 0U);
    EXPECT_GT(plan.max_connections, plan.max_clients);
  }
}

TEST_F(MemoryPlanTest, AThousandTlsConnectionsFitTheDefaultLimit) {
  EXPECT_GE(Plan().max_clients, 1000U);
}

TEST_F(MemoryPlanTest, HashingAPasswordIsBooked) {
  const MemoryPlan before = Plan();
  config_.listeners[0].accepts = {Accept::kPassword};
  EXPECT_LE(
      (Plan().max_connections + 1) * kBytesPerTlsConnection + identity::kPasswordHashMemoryBytes,
      (before.max_connections + 1) * kBytesPerTlsConnection);
}

TEST_F(MemoryPlanTest, SubscriptionsGrowWithTheLimitOrAsTheyAreAskedFor) {
  EXPECT_EQ(Plan().subscription_bytes, 512U << 10);
  config_.gateway.memory_limit = 128 << 20;
  EXPECT_GE(Plan().subscription_bytes, 10U << 20);
  config_.limits.subscription_bytes = 3 << 20;
  EXPECT_EQ(Plan().subscription_bytes, 3U << 20);
  config_.gateway.memory_limit = 48 << 20;
  EXPECT_EQ(Plan().subscription_bytes, 3U << 20);
  config_.limits.subscription_bytes = 64 << 20;
  const LoweredLimit lowered = Plan().lowered.back();
  EXPECT_STREQ(lowered.key, "limits.subscriptions");
  EXPECT_EQ(lowered.given, 12U << 20);
  EXPECT_EQ(lowered.memory_needed, 256U << 20);
}

TEST_F(MemoryPlanTest, InputHoldsPacketsOfTheLargestSize) {
  config_.limits.max_packet_bytes = 8 << 20;
  EXPECT_GE(Plan().input_bytes, 16U << 20);
  config_.limits.max_packet_bytes = 256 << 20;
  config_.gateway.memory_limit = uint64_t{64} << 30;
  EXPECT_GE(Plan().input_bytes, 512U << 20);
}

TEST_F(MemoryPlanTest, ClientsThatAreAskedForAllFitBesidesNewcomers) {
  config_.limits.max_connections = 10;
  EXPECT_EQ(Plan().max_clients, 10U);
  EXPECT_EQ(Plan().max_connections, 11U);
}

TEST_F(MemoryPlanTest, WhatDoesNotFitIsAMistake) {
  config_.limits.max_connections = 100'000;
  EXPECT_EQ(PlanMemory(config_).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(MemoryPlanTest, LimitThatIsLoweredIsNamedWithWhatWouldDo) {
  config_.limits.retained_bytes = 8 << 20;
  config_.limits.session_queue_bytes = 1 << 20;
  ASSERT_EQ(Plan().lowered.size(), 1U);
  const LoweredLimit lowered = Plan().lowered[0];
  EXPECT_STREQ(lowered.key, "limits.retained");
  EXPECT_EQ(lowered.given, Plan().retained_bytes);
  config_.gateway.memory_limit = lowered.memory_needed;
  EXPECT_TRUE(Plan().lowered.empty());
}

TEST_F(MemoryPlanTest, LimitThatNoMemoryWouldRaiseIsNamedWithoutAny) {
  config_.gateway.memory_limit = uint64_t{64} << 30;
  config_.limits.session_queue_bytes = 1 << 30;
  ASSERT_EQ(Plan().lowered.size(), 1U);
  EXPECT_EQ(Plan().lowered[0].given, 256U << 20);
  EXPECT_EQ(Plan().lowered[0].memory_needed, 0U);
}

TEST_F(MemoryPlanTest, PlainConnectionsCostLess) {
  const size_t with_tls = Plan().max_connections;
  config_.listeners[0].plaintext = true;
  EXPECT_GT(Plan().max_connections, 2 * with_tls);
}

TEST_F(MemoryPlanTest, FewerConnectionsHaveFewerClients) {
  MemoryPlan plan = Plan();
  const size_t clients = plan.max_clients, connections = plan.max_connections;
  LimitConnections(connections, &plan);
  EXPECT_EQ(plan.max_clients, clients);
  LimitConnections(connections / 2, &plan);
  EXPECT_EQ(plan.max_connections, connections / 2);
  EXPECT_LE(plan.max_clients, clients / 2);
  EXPECT_GE(plan.max_clients, clients / 2 - 1);
  LimitConnections(1, &plan);
  EXPECT_EQ(plan.max_clients, 1U);
}

}  // namespace
}  // namespace sluice::config
