#include "journal/slot_file.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "support/memory_env.h"

namespace sluice::journal {
namespace {

constexpr char kPath[] = "/data/cursor";
constexpr uint64_t kStreamId = 7;
constexpr size_t kPlace = 4096;  // of the slots with an odd sequence

// Each line of a test is a life of its own: it loads what is there and goes on.
class SlotFileTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(env_.CreateDirectories("/data").ok());
    ASSERT_TRUE(env_.SyncDirectory("/").ok());
  }
  LoadedSlot Load() { return *SlotFile::Load(env_, kPath); }
  std::string Text() {
    const LoadedSlot loaded = Load();
    return loaded.slot ? std::string(AsText(loaded.slot->payload)) : "none";
  }
  SlotFile Open() {
    const LoadedSlot loaded = Load();
    return {env_, "/data", kPath, loaded.slot ? loaded.slot->sequence : 0};
  }
  void Save(std::string_view text) { ASSERT_TRUE(Open().Save(kStreamId, AsBytes(text)).ok()); }
  // As a write that ends half-way leaves it.
  void Tear(size_t place) {
    std::string content = env_.Content(kPath);
    ASSERT_GT(content.size(), place + 34);
    content[place + 34] ^= 1;
    env_.SetContent(kPath, content);
  }

  test::MemoryEnv env_;
};

TEST_F(SlotFileTest, WhatIsSyncedIsNotWrittenOver) {
  SlotFile file = Open();
  ASSERT_TRUE(file.Save(kStreamId, AsBytes("one")).ok());
  for (const char* const text : {"two", "three", "four"}) {
    ASSERT_TRUE(file.Write(kStreamId, AsBytes(text)).ok());
    EXPECT_EQ(Text(), text);
  }
  Tear(0);
  EXPECT_EQ(Text(), "one");
}

// The process that wrote it may have died before its sync.
TEST_F(SlotFileTest, WhatIsFoundIsSyncedBeforeTheOtherIsWrittenOver) {
  Save("one");
  {
    SlotFile file = Open();
    ASSERT_TRUE(file.Write(kStreamId, AsBytes("two")).ok());
  }
  SlotFile file = Open();
  ASSERT_TRUE(file.Write(kStreamId, AsBytes("three")).ok());
  EXPECT_EQ(Text(), "three");
  env_.DropUnsynced();
  EXPECT_EQ(Text(), "two");
}

TEST_F(SlotFileTest, WhatCannotBeSyncedIsNotRisked) {
  Save("one");
  Save("two");
  SlotFile file = Open();
  env_.FailAt(0, 1, test::MemoryEnv::kSync);
  EXPECT_FALSE(file.Write(kStreamId, AsBytes("three")).ok());
  env_.StopFailing();
  EXPECT_EQ(Text(), "two");
  Tear(0);
  EXPECT_EQ(Text(), "one");
}

TEST_F(SlotFileTest, WritesThatFailHalfwayInLifeAfterLifeCostNothing) {
  Save("one");
  Save("two");
  for (int life = 0; life < 5; ++life) {
    Save("three");
    Tear(kPlace);
    EXPECT_EQ(Text(), "two");
  }
}

}  // namespace
}  // namespace sluice::journal
