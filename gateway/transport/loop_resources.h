#pragma once

#include <memory>
#include <span>

#include "base/byte_buffer.h"
#include "transport/buffer_pool.h"
#include "transport/flush_queue.h"

namespace sluice::transport {

// What the streams of a loop share, because only one of them is at work at a time. Internal to
// transport.
class LoopResources {
 public:
  static constexpr size_t kBufferBytes = 64 * 1024;

  FlushQueue flush_queue;
  BufferPool pool;
  ByteBuffer ciphertext;  // records being made; empty between uses
  // A timer has fired or a stream was served before the poll: Loop::RunOnce has had its once.
  bool progress = false;

  // Where every socket is read into; the content belongs to the read callback under way.
  std::span<uint8_t> read_buffer() { return {read_.get(), kBufferBytes}; }
  // Where records are decrypted into, likewise.
  std::span<uint8_t> plaintext_buffer() { return {plaintext_.get(), kBufferBytes}; }

 private:
  std::unique_ptr<uint8_t[]> read_ = std::make_unique<uint8_t[]>(kBufferBytes);
  std::unique_ptr<uint8_t[]> plaintext_ = std::make_unique<uint8_t[]>(kBufferBytes);
};

}  // namespace sluice::transport
