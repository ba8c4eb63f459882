#include "transport/buffer_pool.h"

#include <utility>

namespace sluice::transport {

void BufferPool::Lend(ByteBuffer* buffer) {
  if (buffer->capacity() > 0 || kept_.empty()) return;
  *buffer = std::move(kept_.back());
  kept_.pop_back();
}

void BufferPool::Return(ByteBuffer* buffer) {
  if (buffer->capacity() == 0) return;
  buffer->Clear();
  if (buffer->capacity() <= kMaxKeptCapacity && kept_.size() < kMaxKept) {
    kept_.push_back(std::exchange(*buffer, {}));
  } else {
    buffer->Release();
  }
}

}  // namespace sluice::transport
