#include "sim/memory_account.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace sluice::sim {
namespace {

constexpr size_t kBytes = 1 << 20;

TEST(MemoryAccountTest, CountsForWhomIsAllocated) {
  const size_t before = MemoryAccount::gateway_bytes();
  const std::vector<char> of_world(kBytes);
  EXPECT_EQ(MemoryAccount::gateway_bytes(), before);
  std::vector<char> of_gateway;
  {
    const InGateway in_gateway;
    of_gateway.resize(kBytes);
    const InWorld in_world;
    const std::vector<char> of_a_call(kBytes);
    EXPECT_EQ(MemoryAccount::gateway_bytes(), before + kBytes);
  }
  of_gateway = std::vector<char>();  // by the world
  EXPECT_EQ(MemoryAccount::gateway_bytes(), before);
}

TEST(MemoryAccountTest, RemembersThePeak) {
  MemoryAccount::ResetPeak();
  const size_t before = MemoryAccount::gateway_bytes();
  {
    const InGateway in_gateway;
    const auto gone = std::make_unique<std::vector<char>>(kBytes);
  }
  EXPECT_GE(MemoryAccount::gateway_peak(), before + kBytes);
  MemoryAccount::ResetPeak();
  EXPECT_LT(MemoryAccount::gateway_peak(), before + kBytes);
}

}  // namespace
}  // namespace sluice::sim
