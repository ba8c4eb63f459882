#include "firmware_sim/outbox.h"

#include <gtest/gtest.h>

namespace sluice::fleet {
namespace {

class OutboxTest : public testing::Test {
 protected:
  bool Add(uint64_t seq, size_t bytes = 10) {
    OutboxEntry entry;
    entry.seq = seq;
    entry.message.payload.assign(bytes, 'x');
    return outbox_.Add(std::move(entry));
  }
  uint64_t Send(uint64_t tx) {
    OutboxEntry* entry = outbox_.NextToSend();
    if (entry == nullptr) return 0;
    outbox_.MarkSent(entry, tx, At(static_cast<int>(tx)));
    return entry->seq;
  }
  static MonotonicTime At(int second) { return MonotonicTime(std::chrono::seconds(second)); }

  Outbox outbox_{{.entries = 4, .bytes = 100}};
};

TEST_F(OutboxTest, SendsInTheOrderOfSeq) {
  Add(1), Add(3), Add(7);
  EXPECT_EQ(Send(1), 1u);
  EXPECT_EQ(Send(2), 3u);
  EXPECT_EQ(Send(3), 7u);
  EXPECT_EQ(outbox_.NextToSend(), nullptr);
}

TEST_F(OutboxTest, IsBoundedInEntries) {
  for (uint64_t seq = 1; seq <= 4; ++seq) EXPECT_TRUE(Add(seq));
  EXPECT_FALSE(Add(5));
  outbox_.Remove(2);
  EXPECT_TRUE(Add(6));
}

TEST_F(OutboxTest, IsBoundedInBytes) {
  EXPECT_TRUE(Add(1, 60));
  EXPECT_FALSE(Add(2, 60));
  EXPECT_TRUE(Add(3, 40));
}

TEST_F(OutboxTest, ReturnedEntryGoesFirst) {
  Add(1), Add(2), Add(3);
  Send(1), Send(2);
  outbox_.Return(outbox_.Find(1));
  EXPECT_EQ(Send(3), 1u);
  EXPECT_EQ(Send(4), 3u);
}

TEST_F(OutboxTest, FirstTransmissionStaysAndSureOneMovesWithEachReturn) {
  Add(1);
  Send(5);
  outbox_.Return(outbox_.Find(1));
  EXPECT_EQ(outbox_.Find(1)->sure_tx, 0u);
  Send(9);
  EXPECT_EQ(outbox_.Find(1)->first_tx, 5u);
  EXPECT_EQ(outbox_.Find(1)->sure_tx, 9u);
}

TEST_F(OutboxTest, LostSessionReturnsAllThatIsInFlight) {
  Add(1), Add(2), Add(3);
  Send(1), Send(2);
  EXPECT_EQ(outbox_.ReturnAll(), 2u);
  EXPECT_EQ(outbox_.in_flight(), 0u);
  EXPECT_EQ(Send(3), 1u);
}

TEST_F(OutboxTest, ResumedSessionKeepsWhatIsInFlight) {
  Add(1), Add(2);
  Send(1);
  EXPECT_EQ(outbox_.Touch(At(50)), 1u);
  EXPECT_EQ(outbox_.Find(1)->sent_at, At(50));
  EXPECT_EQ(outbox_.Find(1)->sure_tx, 1u);
  EXPECT_EQ(Send(2), 2u);
}

TEST_F(OutboxTest, RemovesInAnyOrder) {
  Add(1), Add(2), Add(3);
  Send(1), Send(2), Send(3);
  outbox_.Remove(2);
  outbox_.Remove(2);
  EXPECT_EQ(outbox_.Find(2), nullptr);
  EXPECT_EQ(outbox_.in_flight(), 2u);
  outbox_.Remove(3);
  outbox_.Remove(1);
  EXPECT_TRUE(outbox_.empty());
}

TEST_F(OutboxTest, KnowsItsOldestTransmission) {
  Add(1), Add(2);
  EXPECT_EQ(outbox_.OldestSent(), MonotonicTime{});
  Send(3), Send(4);
  EXPECT_EQ(outbox_.OldestSent(), At(3));
  outbox_.Remove(1);
  EXPECT_EQ(outbox_.OldestSent(), At(4));
}

}  // namespace
}  // namespace sluice::fleet
