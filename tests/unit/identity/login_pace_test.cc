#include "identity/login_pace.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::identity {
namespace {

using std::chrono::seconds;

class LoginPaceTest : public testing::Test {
 protected:
  void Fail(const std::string& source, int times) {
    for (int i = 0; i < times; ++i) pace_.Failed(source, now_);
  }
  bool Allows(const std::string& source) { return pace_.Allows(source, now_); }

  LoginPace pace_{3};
  MonotonicTime now_{seconds(1000)};
};

TEST_F(LoginPaceTest, AFewMistakesAreFree) {
  Fail("a", 2);
  EXPECT_TRUE(Allows("a"));
  Fail("a", 1);
  EXPECT_FALSE(Allows("a"));
  EXPECT_TRUE(Allows("b"));
}

TEST_F(LoginPaceTest, ThenOneIsEachInterval) {
  Fail("a", 3);
  now_ += LoginPace::kInterval;
  EXPECT_TRUE(Allows("a"));
  Fail("a", 1);
  EXPECT_FALSE(Allows("a"));
  now_ += LoginPace::kInterval;
  EXPECT_TRUE(Allows("a"));
}

// Those that were on their way already count, too.
TEST_F(LoginPaceTest, WhoIsWrongOftenerWaitsLongerUpToABound) {
  Fail("a", 10);
  now_ += 7 * LoginPace::kInterval;
  EXPECT_FALSE(Allows("a"));
  now_ += LoginPace::kInterval;
  EXPECT_TRUE(Allows("a"));
  Fail("a", 1000);
  now_ += LoginPace::kMaxWait - seconds(1);
  EXPECT_FALSE(Allows("a"));
  now_ += seconds(1);
  EXPECT_TRUE(Allows("a"));
}

TEST_F(LoginPaceTest, KnowsABoundedNumberOfAddresses) {
  for (size_t i = 0; i < LoginPace::kMaxSources; ++i) Fail("s" + std::to_string(i), 3);
  Fail("s0", 1);
  Fail("new", 3);
  EXPECT_EQ(pace_.sources(), LoginPace::kMaxSources);
  EXPECT_FALSE(Allows("new"));
  EXPECT_FALSE(Allows("s0")) << "it failed since";
  EXPECT_TRUE(Allows("s1")) << "the one whose last failure is longest ago is forgotten";
  now_ += std::chrono::minutes(5);
  Fail("new", 1);
  EXPECT_EQ(pace_.sources(), 1U) << "the others owe nothing";
}

TEST_F(LoginPaceTest, NobodyWaitsWhereItIsSwitchedOff) {
  LoginPace off(0);
  for (int i = 0; i < 1000; ++i) off.Failed("a", now_);
  EXPECT_TRUE(off.Allows("a", now_));
  EXPECT_EQ(off.sources(), 0U);
}

}  // namespace
}  // namespace sluice::identity
