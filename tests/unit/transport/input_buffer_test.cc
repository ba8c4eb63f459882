#include "transport/input_buffer.h"

#include <gtest/gtest.h>

#include <string>

namespace sluice::transport {
namespace {

class InputBufferTest : public testing::Test {
 protected:
  // Offers `text` to a handler that consumes `count` of what it sees, and returns what it saw.
  std::string Offer(std::string_view text, size_t count) {
    std::string seen;
    input_.Offer(AsBytes(text), [&](ByteSpan bytes) {
      seen = AsText(bytes);
      return count;
    });
    return seen;
  }
  BufferPool pool_;
  InputBuffer input_{&pool_};
};

TEST_F(InputBufferTest, ConsumedBytesAreNotKept) {
  EXPECT_EQ(Offer("abc", 3), "abc");
  EXPECT_TRUE(input_.empty());
}

TEST_F(InputBufferTest, LeftBytesComeAgainWithWhatFollows) {
  EXPECT_EQ(Offer("abc", 1), "abc");
  EXPECT_EQ(Offer("de", 0), "bcde");
  EXPECT_EQ(Offer("", 4), "bcde");
  EXPECT_TRUE(input_.empty());
}

TEST_F(InputBufferTest, EmptiedBufferGoesBackToThePool) {
  Offer("abc", 0);
  EXPECT_EQ(pool_.kept(), 0u);
  Offer("", 3);
  EXPECT_EQ(pool_.kept(), 1u);
}

}  // namespace
}  // namespace sluice::transport
