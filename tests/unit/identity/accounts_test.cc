#include "identity/accounts.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sluice::identity {
namespace {

constexpr char kHash[] =
    "$argon2id$v=19$m=16384,t=2,p=1$V+P2YeCY2X4W9Ddpy0YQbg$n3O87nOGhET/mCbXzfJFHndRMczLD2TuFU+E5tKK"
    "dq4";
constexpr char kOtherHash[] =
    "$6$UHbd/Elt/P7ovPj9$npxcWUfbabu5BECkiMmXs4IGKOgp8amXJOfR/2sUHOi8jPJnknpVeqzrxJwGDsd3U7IkaBUrcO"
    "Ep1USMhUpWkg==";

class AccountsTest : public testing::Test {
 protected:
  AccountsTest() {
    accounts_.SetObserver([this](const AccountChange& change) {
      told_.push_back(std::string(change.name) + (change.account == nullptr ? " removed" : "") +
                      (change.revokes ? " revokes" : ""));
    });
  }
  std::vector<std::string> Told() { return std::exchange(told_, {}); }
  Status Put(const std::string& name, const std::string& hash = kHash, bool enabled = true) {
    return accounts_.Put({.name = name, .enabled = enabled, .password_hash = hash});
  }

  Accounts accounts_{2};
  std::vector<std::string> told_;
};

TEST_F(AccountsTest, NewOneIsFoundAndTold) {
  ASSERT_TRUE(Put("pump").ok());
  ASSERT_NE(accounts_.Find("pump"), nullptr);
  EXPECT_EQ(accounts_.Find("pump")->password_hash, kHash);
  EXPECT_EQ(accounts_.Find("pum"), nullptr);
  EXPECT_EQ(Told(), std::vector<std::string>{"pump"});
}

TEST_F(AccountsTest, WhatLetsSomebodyInIsRevokedWhenItIsReplacedOrTakenAway) {
  ASSERT_TRUE(Put("pump").ok());
  Told();
  ASSERT_TRUE(Put("pump").ok());
  EXPECT_EQ(Told(), std::vector<std::string>{"pump"}) << "nothing has changed";
  ASSERT_TRUE(Put("pump", kOtherHash).ok());
  EXPECT_EQ(Told(), std::vector<std::string>{"pump revokes"});
  ASSERT_TRUE(Put("pump", kOtherHash, false).ok());
  EXPECT_EQ(Told(), std::vector<std::string>{"pump revokes"});
  ASSERT_TRUE(Put("pump", kOtherHash, true).ok());
  EXPECT_EQ(Told(), std::vector<std::string>{"pump"});
  EXPECT_TRUE(accounts_.Remove("pump"));
  EXPECT_EQ(Told(), std::vector<std::string>{"pump removed revokes"});
  EXPECT_FALSE(accounts_.Remove("pump"));
  EXPECT_TRUE(Told().empty());
}

// Somebody may be connected with a certificate of that name.
TEST_F(AccountsTest, NewOneThatIsDisabledRevokes) {
  ASSERT_TRUE(Put("pump", "", false).ok());
  EXPECT_EQ(Told(), std::vector<std::string>{"pump revokes"});
}

TEST_F(AccountsTest, BetterHashRevokesNothing) {
  ASSERT_TRUE(Put("pump", kOtherHash).ok());
  Told();
  accounts_.ImproveHash("pump", "another", kHash);
  accounts_.ImproveHash("nobody", kOtherHash, kHash);
  EXPECT_TRUE(Told().empty());
  accounts_.ImproveHash("pump", kOtherHash, kHash);
  EXPECT_EQ(Told(), std::vector<std::string>{"pump"});
  EXPECT_EQ(accounts_.Find("pump")->password_hash, kHash);
}

TEST_F(AccountsTest, AreBoundedButForThoseThatAreStored) {
  ASSERT_TRUE(Put("a").ok());
  ASSERT_TRUE(Put("b").ok());
  EXPECT_EQ(Put("c").code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(Put("b", kOtherHash).ok());
  EXPECT_TRUE(accounts_.Restore({.name = "c"}).ok());
  EXPECT_EQ(accounts_.all().size(), 3U);
}

TEST_F(AccountsTest, WhatIsNoAccountIsRefused) {
  for (const std::string name : {"", "a/b", "a#", "+", "a\nb", "\xff"}) {
    EXPECT_EQ(Put(name).code(), StatusCode::kInvalidArgument) << name;
    EXPECT_FALSE(accounts_.Restore({.name = name}).ok()) << name;
  }
  EXPECT_EQ(Put("pump", "secret").code(), StatusCode::kInvalidArgument);
  EXPECT_FALSE(accounts_.Put({.name = "pump", .psk = "short"}).ok());
  EXPECT_TRUE(Told().empty());
}

}  // namespace
}  // namespace sluice::identity
