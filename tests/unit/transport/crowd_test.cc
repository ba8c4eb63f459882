#include "transport/crowd.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <string>
#include <tuple>

#include "base/random.h"

namespace sluice::transport {
namespace {

class CrowdTest : public testing::Test {
 protected:
  struct Person : Crowd::Member {
    void GiveWay() override { Leave(); }
    std::string name;
  };
  Person& Join(const std::string& name, uint64_t source) {
    Person& person = people_.emplace_back();
    person.name = name;
    person.Join(&crowd_, {0, source});
    return person;
  }
  std::string First(bool silent_only = false) {
    auto* const first = static_cast<Person*>(crowd_.FirstToGo(silent_only));
    return first == nullptr ? "nobody" : first->name;
  }
  // In which order all go.
  std::string Order() {
    std::string order;
    while (crowd_.size() > 0) {
      order += First();
      crowd_.FirstToGo(false)->GiveWay();
    }
    return order;
  }

  void TearDown() override { crowd_.CheckInvariants(); }

  Crowd crowd_;
  std::deque<Person> people_;
};

TEST_F(CrowdTest, NobodyGivesWayInAnEmptyOne) { EXPECT_EQ(First(), "nobody"); }

TEST_F(CrowdTest, LongestSilentOfTheLargestShareGoesFirst) {
  Join("a", 1);
  Join("b", 2);
  Join("c", 2);
  Join("d", 2);
  EXPECT_EQ(crowd_.largest_share(), 3u);
  EXPECT_EQ(crowd_.sources(), 2u);
  EXPECT_EQ(Order(), "bcad");
}

TEST_F(CrowdTest, AmongEqualSharesTheLongestSilentGoesFirst) {
  for (const uint64_t source : {3, 1, 4, 2, 5}) Join(std::to_string(source), source);
  EXPECT_EQ(Order(), "31425");
}

TEST_F(CrowdTest, WhoWaitsForUsGoesAfterTheSilentOfItsAddress) {
  Join("a", 1).SetSilent(false);
  Join("b", 1);
  EXPECT_EQ(Order(), "ba");
}

TEST_F(CrowdTest, WhoHasJustSpokenHasKeptUsWaitingShortest) {
  Person& a = Join("a", 1);
  Join("b", 1);
  a.SetSilent(false);
  a.SetSilent(true);
  EXPECT_EQ(Order(), "ba");
}

TEST_F(CrowdTest, OnlyTheSilentOnRequest) {
  Join("a", 1).SetSilent(false);
  Join("b", 1).SetSilent(false);
  EXPECT_EQ(First(true), "nobody");
  Join("c", 2);
  EXPECT_EQ(First(true), "c");
  EXPECT_EQ(First(false), "a");
}

TEST_F(CrowdTest, WhoHasLeftIsNotAsked) {
  Join("a", 1).Leave();
  people_.front().SetSilent(true);
  EXPECT_EQ(crowd_.size(), 0u);
  EXPECT_EQ(crowd_.sources(), 0u);
  EXPECT_EQ(First(), "nobody");
}

// Against a list of all, searched from end to end.
TEST_F(CrowdTest, FirstToGoIsTheOneThatASearchFinds) {
  struct Known {
    uint64_t source;
    bool silent;
    int since;
  };
  Random random(9);
  std::map<Person*, Known> model;  // of those that are there
  for (uint64_t i = 0; i < 30; ++i) Join(std::to_string(i), 0).Leave();
  for (int step = 0; step < 10'000; ++step) {
    Person& person = people_[random.Below(people_.size())];
    const uint64_t source = random.Below(5);
    const uint64_t dice = random.Below(10);
    if (dice < 4) {
      person.Join(&crowd_, {0, source});
      model[&person] = {source, true, step};
    } else if (dice < 7) {
      person.Leave();
      model.erase(&person);
    } else {
      person.SetSilent(dice < 8);
      if (const auto known = model.find(&person); known != model.end()) {
        known->second = {known->second.source, dice < 8, step};
      }
    }
    std::map<uint64_t, std::tuple<size_t, int, Person*>> firsts;  // by source: share, since, who
    for (auto& [who, known] : model) {
      auto& [share, since, first] = firsts[known.source];
      ++share;
      const auto before = [&](const Known& a, const Known& b) {
        return std::tuple(!a.silent, a.since) < std::tuple(!b.silent, b.since);
      };
      if (first == nullptr || before(known, model.at(first))) {
        first = who;
        since = known.since;
      }
    }
    Person* expected = nullptr;
    std::tuple<size_t, int> best{0, 0};
    for (const auto& [from, first] : firsts) {
      const std::tuple<size_t, int> rank{std::get<0>(first), -std::get<1>(first)};
      if (expected == nullptr || rank > best) {
        best = rank;
        expected = std::get<2>(first);
      }
    }
    ASSERT_EQ(crowd_.FirstToGo(false), expected) << step;
    ASSERT_EQ(crowd_.size(), model.size());
    crowd_.CheckInvariants();
  }
}

}  // namespace
}  // namespace sluice::transport
