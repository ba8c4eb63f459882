#pragma once

#include "base/byte_buffer.h"
#include "transport/buffer_pool.h"

namespace sluice::transport {

// Received bytes on their way to a handler that may leave some. Holds memory only while some are
// left.
class InputBuffer {
 public:
  explicit InputBuffer(BufferPool* pool) : pool_(*pool) {}
  ~InputBuffer() { pool_.Return(&kept_); }
  InputBuffer(const InputBuffer&) = delete;
  InputBuffer& operator=(const InputBuffer&) = delete;

  size_t size() const { return kept_.size(); }
  bool empty() const { return kept_.empty(); }

  // Shows what is kept, followed by `bytes`, to `consume(ByteSpan) -> size_t`, and keeps what it
  // leaves.
  template <typename Consume>
  void Offer(ByteSpan bytes, Consume consume) {
    if (kept_.empty()) {
      Keep(bytes.subspan(consume(bytes)));
      return;
    }
    kept_.Append(bytes);
    kept_.Consume(consume(kept_.view()));
    if (kept_.empty()) Clear();
  }

  void Keep(ByteSpan bytes) {
    if (bytes.empty()) return;
    pool_.Lend(&kept_);
    kept_.Append(bytes);
  }

  void Clear() { pool_.Return(&kept_); }

 private:
  BufferPool& pool_;
  ByteBuffer kept_;
};

}  // namespace sluice::transport
