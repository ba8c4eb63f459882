#include "decode/device_states.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::decode {
namespace {

struct Blob {
  size_t size = 0;
  size_t bytes() const { return size; }
};

class DeviceStatesTest : public testing::Test {
 protected:
  void Put(std::string_view identity, std::string_view device, size_t size = 1000) {
    states_.Get(identity, device).size = size;
    states_.Settle(identity, device);
  }
  bool Has(std::string_view identity, std::string_view device) {
    return states_.Find(identity, device) != nullptr;
  }

  DeviceStates<Blob> states_{10'000};
};

TEST_F(DeviceStatesTest, EachIdentityHasItsOwn) {
  Put("a", "d", 1);
  Put("b", "d", 2);
  EXPECT_EQ(states_.Find("a", "d")->size, 1u);
  EXPECT_EQ(states_.Find("b", "d")->size, 2u);
  EXPECT_EQ(states_.Find("c", "d"), nullptr);
  EXPECT_EQ(states_.stats().devices, 2u);
}

TEST_F(DeviceStatesTest, WhatWasUsedLongestAgoGoesFirst) {
  for (int i = 0; i < 7; ++i) Put("a", std::to_string(i));
  ASSERT_EQ(states_.stats().evicted, 0u);
  EXPECT_TRUE(Has("a", "0"));
  Put("a", "7");
  EXPECT_TRUE(Has("a", "0"));
  EXPECT_FALSE(Has("a", "1"));
  EXPECT_EQ(states_.stats().evicted, 1u);
}

TEST_F(DeviceStatesTest, OneThatHasManyTakesNothingFromOthers) {
  Put("small", "d");
  for (int i = 0; i < 1000; ++i) Put("many", std::to_string(i));
  EXPECT_TRUE(Has("small", "d"));
  EXPECT_LE(states_.stats().bytes, 10'000u);
}

TEST_F(DeviceStatesTest, OneThatIsTooLargeIsForgotten) {
  Put("a", "d", 20'000);
  EXPECT_FALSE(Has("a", "d"));
  EXPECT_EQ(states_.stats().devices, 0u);
  EXPECT_EQ(states_.stats().bytes, 0u);
  EXPECT_EQ(states_.stats().evicted, 1u);
}

TEST_F(DeviceStatesTest, WhatShrinksGivesItsBytesBack) {
  Put("a", "d", 5000);
  const size_t before = states_.stats().bytes;
  Put("a", "d", 1000);
  EXPECT_EQ(states_.stats().bytes, before - 4000);
}

}  // namespace
}  // namespace sluice::decode
