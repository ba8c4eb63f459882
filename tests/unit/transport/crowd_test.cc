#include "transport/crowd.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>

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

}  // namespace
}  // namespace sluice::transport
