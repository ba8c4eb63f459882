#include "transport/handshake_turns.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>

namespace sluice::transport {
namespace {

class HandshakeTurnsTest : public testing::Test {
 protected:
  struct Peer : HandshakeTurns::Item {
    std::string name;
  };
  Peer& Add(const std::string& name, uint64_t source) {
    Peer& peer = peers_.emplace_back();
    peer.name = name;
    turns_.Add(&peer, {0, source});
    return peer;
  }
  std::string Next() { return static_cast<Peer*>(turns_.Next())->name; }
  std::string Order() {
    std::string order;
    while (!turns_.empty()) order += Next();
    return order;
  }

  HandshakeTurns turns_;
  std::deque<Peer> peers_;
};

TEST_F(HandshakeTurnsTest, NewestAndOldestOfAnAddressTakeTurns) {
  for (const auto* name : {"1", "2", "3", "4", "5"}) Add(name, 7);
  EXPECT_EQ(Order(), "51423");
}

TEST_F(HandshakeTurnsTest, WhoHasBoughtNothingComesBeforeThoseWhoHave) {
  for (const auto* name : {"1", "2", "3", "4", "5"}) Add(name, 7);
  Next();
  Add("a", 8);
  EXPECT_EQ(Next(), "a");
  EXPECT_EQ(Next(), "1");
}

TEST_F(HandshakeTurnsTest, DebtOutlivesTheQueue) {
  Add("1", 7);
  Next();
  Add("2", 7);
  Add("a", 8);
  Add("3", 7);
  EXPECT_EQ(Next(), "a");
}

TEST_F(HandshakeTurnsTest, FinishingForgives) {
  Add("1", 7);
  Next();
  turns_.Forgive({0, 7});
  Add("a", 8);
  Add("2", 7);
  EXPECT_EQ(Next(), "2");
}

TEST_F(HandshakeTurnsTest, WhoIsGoneHasNoTurn) {
  Add("1", 7);
  {
    Peer gone;
    turns_.Add(&gone, {0, 7});
  }
  EXPECT_EQ(Order(), "1");
}

TEST_F(HandshakeTurnsTest, AddressesWithoutEndAreForgotten) {
  for (uint64_t source = 0; source <= HandshakeTurns::kMaxIdleSources; ++source) {
    Add("x", source);
    Next();
  }
  Add("remembered", 1);
  Add("forgotten", 0);
  EXPECT_EQ(Next(), "forgotten");
}

}  // namespace
}  // namespace sluice::transport
