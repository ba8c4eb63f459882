#pragma once

#include <memory>

#include "base/byte_buffer.h"
#include "tls/engine.h"

namespace sluice::tls {

// One step of a handshake on its way to a worker thread and back. It owns the engine while it is
// away, so the loop has no engine to touch while a worker uses it. The loop fills `input` and takes
// `output`; Run is all that happens on the worker.
struct HandshakeStep {
  std::unique_ptr<Engine> engine;
  ByteBuffer
      input;  // ciphertext received; what is left after Run belongs to the next step or to Decrypt
  ByteBuffer output;  // ciphertext to send
  Engine::HandshakeResult result = Engine::HandshakeResult::kNeedMore;

  void Run();
};

}  // namespace sluice::tls
