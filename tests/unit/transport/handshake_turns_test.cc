#include "transport/handshake_turns.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "base/random.h"

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

  void TearDown() override { turns_.CheckInvariants(); }

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

// Against lists that are searched: few addresses, so that no debt is forgotten.
TEST_F(HandshakeTurnsTest, NextIsTheOneThatASearchFinds) {
  struct Source {
    uint64_t debt = 0;
    int latest = 0;
    bool oldest_next = false;
    std::deque<std::unique_ptr<Peer>> waiting;
  };
  Random random(4);
  std::map<uint64_t, Source> model;
  for (int step = 0; step < 10'000; ++step) {
    const uint64_t address = random.Below(5);
    Source& source = model[address];
    const uint64_t dice = random.Below(10);
    if (dice < 5) {
      turns_.Add(source.waiting.emplace_back(std::make_unique<Peer>()).get(), {0, address});
      source.latest = step;
    } else if (dice < 7 && !source.waiting.empty()) {
      source.waiting.erase(source.waiting.begin() +
                           static_cast<std::ptrdiff_t>(random.Below(source.waiting.size())));
    } else if (dice < 8) {
      turns_.Forgive({0, address});
      source.debt = 0;
    } else if (!turns_.empty()) {
      Source* best = nullptr;
      for (auto& [from, s] : model) {
        const auto rank = [](const Source& of) { return std::tuple(of.debt, -of.latest); };
        if (!s.waiting.empty() && (best == nullptr || rank(s) < rank(*best))) best = &s;
      }
      auto& expected = best->oldest_next ? best->waiting.front() : best->waiting.back();
      ASSERT_EQ(turns_.Next(), expected.get()) << step;
      best->oldest_next ? best->waiting.pop_front() : best->waiting.pop_back();
      best->oldest_next = !best->oldest_next;
      ++best->debt;
    }
    // Who owes nothing and has nobody waiting is forgotten, with whose turn it was.
    for (auto& [from, s] : model) {
      if (s.waiting.empty() && s.debt == 0) s.oldest_next = false;
    }
    turns_.CheckInvariants();
  }
}

}  // namespace
}  // namespace sluice::transport
