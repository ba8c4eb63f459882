#include "state/set_aside.h"

#include <gtest/gtest.h>

#include "support/memory_env.h"

namespace sluice::state {
namespace {

class SetAsideTest : public testing::Test {
 protected:
  void Make(const std::string& path, std::string_view content) {
    ASSERT_TRUE(WriteFileAtomically(env_, path, AsBytes(content)).ok());
  }
  std::string Content(const std::string& path) {
    auto content = ReadFileToString(env_, path, 100);
    return content.ok() ? *content : "nothing";
  }
  void SetUp() override { ASSERT_TRUE(env_.CreateDirectories("/d").ok()); }

  test::MemoryEnv env_;
};

TEST_F(SetAsideTest, DatabaseAndLogKeepTogether) {
  Make("/d/state.db", "file");
  Make("/d/state.db-wal", "log");
  ASSERT_TRUE(SetAside(env_, "/d/state.db", "is damaged").ok());
  EXPECT_EQ(Content("/d/state.db.aside.0"), "file");
  EXPECT_EQ(Content("/d/state.db.aside.0-wal"), "log");
  EXPECT_FALSE(env_.Exists("/d/state.db"));
  EXPECT_FALSE(env_.Exists("/d/state.db-wal"));
  EXPECT_EQ(CountSetAside(env_, "/d/state.db"), 1U);
}

TEST_F(SetAsideTest, NumberIsBoundedAndTheFirstOnesStay) {
  for (int i = 0; i < kMaxAside + 3; ++i) {
    Make("/d/state.db", std::to_string(i));
    if (i == kMaxAside - 1) Make("/d/state.db-wal", "log");
    ASSERT_TRUE(SetAside(env_, "/d/state.db", "is damaged").ok());
  }
  EXPECT_EQ(CountSetAside(env_, "/d/state.db"), static_cast<size_t>(kMaxAside));
  EXPECT_EQ(Content("/d/state.db.aside.0"), "0");
  EXPECT_EQ(Content("/d/state.db.aside.7"), std::to_string(kMaxAside + 2));
  EXPECT_FALSE(env_.Exists("/d/state.db.aside.7-wal"));  // it was the one of another
}

TEST_F(SetAsideTest, LogThatWasSetAsideAloneIsNotTakenForAnothers) {
  Make("/d/state.db.aside.0-wal", "left by a crash");
  Make("/d/state.db", "file");
  ASSERT_TRUE(SetAside(env_, "/d/state.db", "is damaged").ok());
  EXPECT_EQ(Content("/d/state.db.aside.1"), "file");
}

}  // namespace
}  // namespace sluice::state
