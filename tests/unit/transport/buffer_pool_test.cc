#include "transport/buffer_pool.h"

#include <gtest/gtest.h>

#include <array>

namespace sluice::transport {
namespace {

class BufferPoolTest : public testing::Test {
 protected:
  static ByteBuffer Filled(size_t bytes) {
    ByteBuffer buffer;
    buffer.Extend(bytes);
    return buffer;
  }
  BufferPool pool_;
};

TEST_F(BufferPoolTest, ReturnedMemoryIsLentAgain) {
  ByteBuffer first = Filled(100);
  const uint8_t* memory = first.data();
  pool_.Return(&first);
  EXPECT_EQ(first.capacity(), 0u);
  ByteBuffer second;
  pool_.Lend(&second);
  EXPECT_TRUE(second.empty());
  EXPECT_EQ(second.Extend(1), memory);
}

TEST_F(BufferPoolTest, BufferWithMemoryKeepsItsOwn) {
  ByteBuffer returned = Filled(100);
  pool_.Return(&returned);
  ByteBuffer mine = Filled(3);
  pool_.Lend(&mine);
  EXPECT_EQ(mine.size(), 3u);
  EXPECT_EQ(pool_.kept(), 1u);
}

TEST_F(BufferPoolTest, LargeBuffersAreNotKept) {
  ByteBuffer large = Filled(BufferPool::kMaxKeptCapacity + 1);
  pool_.Return(&large);
  EXPECT_EQ(large.capacity(), 0u);
  EXPECT_EQ(pool_.kept(), 0u);
}

TEST_F(BufferPoolTest, NumberOfKeptBuffersIsBounded) {
  for (size_t i = 0; i < BufferPool::kMaxKept + 10; ++i) {
    ByteBuffer buffer = Filled(10);
    pool_.Return(&buffer);
  }
  EXPECT_EQ(pool_.kept(), BufferPool::kMaxKept);
}

}  // namespace
}  // namespace sluice::transport
