#pragma once

#include <cstddef>
#include <vector>

#include "base/byte_buffer.h"

namespace sluice::transport {

// Buffers on loan to streams for as long as they hold something, so that an idle connection holds
// no memory and a busy one allocates none. Loop thread only.
class BufferPool {
 public:
  // More than this in one buffer goes back to the system: one large backlog shall not stay for
  // ever.
  static constexpr size_t kMaxKeptCapacity = 64 * 1024;
  // Bounds the pool at 4 MiB.
  static constexpr size_t kMaxKept = 64;

  // Gives `*buffer`, which has no memory, one that was used before, if there is one.
  void Lend(ByteBuffer* buffer);
  // Takes the memory of `*buffer` back and leaves it empty.
  void Return(ByteBuffer* buffer);

  size_t kept() const { return kept_.size(); }

 private:
  std::vector<ByteBuffer> kept_;
};

}  // namespace sluice::transport
