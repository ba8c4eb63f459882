#include "ingest/pending_acks.h"

#include <gtest/gtest.h>

namespace sluice::ingest {
namespace {

void Push(PendingAcks* acks, uint64_t end_offset) { acks->Push({end_offset, {}, {}}); }

TEST(PendingAcksTest, IsEmptyAtFirst) { EXPECT_TRUE(PendingAcks().empty()); }

TEST(PendingAcksTest, ComesOutInTheOrderOfGoingIn) {
  PendingAcks acks;
  for (uint64_t i = 0; i < 3; ++i) Push(&acks, i);
  for (uint64_t i = 0; i < 3; ++i, acks.Pop()) EXPECT_EQ(acks.front().end_offset, i);
  EXPECT_TRUE(acks.empty());
}

// The ring is moved while it lies across its end, at every position of that end.
TEST(PendingAcksTest, GrowsWithoutLosingTheOrder) {
  for (uint64_t shift = 0; shift < 64; ++shift) {
    PendingAcks acks;
    for (uint64_t i = 0; i < shift; ++i, acks.Pop()) Push(&acks, i);
    for (uint64_t i = 0; i < 200; ++i) Push(&acks, i);
    ASSERT_EQ(acks.size(), 200U);
    for (uint64_t i = 0; i < 200; ++i, acks.Pop()) ASSERT_EQ(acks.front().end_offset, i);
  }
}

}  // namespace
}  // namespace sluice::ingest
