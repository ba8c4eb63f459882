#include "sim/handled_account.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/bytes.h"
#include "journal/handled_marks.h"
#include "support/memory_env.h"

namespace sluice::sim {
namespace {

// What the gateway writes, read by the format.
class HandledAccountTest : public testing::Test {
 protected:
  HandledLetters Read(const std::vector<uint8_t>& file) {
    EXPECT_TRUE(env_.CreateDirectories("/data/streams/dead-letters").ok());
    const auto writer = env_.OpenWritable("/data/streams/dead-letters/handled");
    EXPECT_TRUE(writer.ok() && (*writer)->WriteAt(0, file).ok());
    return ReadHandledLetters(env_, "/data");
  }
  static std::vector<uint8_t> File() {
    journal::HandledMarks marks;
    for (const uint64_t letter : {3, 4, 9}) marks.Add(letter);
    return marks.Encode(17);
  }

  test::MemoryEnv env_;
};

TEST_F(HandledAccountTest, RangesAreRead) {
  const HandledLetters handled = Read(File());
  EXPECT_TRUE(handled.sound);
  EXPECT_FALSE(handled.Contains(2));
  EXPECT_TRUE(handled.Contains(3));
  EXPECT_TRUE(handled.Contains(4));
  EXPECT_FALSE(handled.Contains(5));
  EXPECT_TRUE(handled.Contains(9));
}

TEST_F(HandledAccountTest, WithoutAFileNoneAre) {
  const HandledLetters handled = ReadHandledLetters(env_, "/data");
  EXPECT_TRUE(handled.sound);
  EXPECT_FALSE(handled.Contains(0));
}

TEST_F(HandledAccountTest, ATurnedBitIsNoticed) {
  std::vector<uint8_t> file = File();
  file[40] ^= 1;
  EXPECT_FALSE(Read(file).sound);
}

TEST_F(HandledAccountTest, AShortFileIsNoticed) {
  std::vector<uint8_t> file = File();
  file.pop_back();
  EXPECT_FALSE(Read(file).sound);
  EXPECT_FALSE(ReadHandledLetters(env_, "/data").Contains(3));
}

}  // namespace
}  // namespace sluice::sim
