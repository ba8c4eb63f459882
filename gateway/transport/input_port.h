#pragma once

#include <memory>
#include <utility>

#include "transport/byte_stream.h"
#include "transport/input_buffer.h"
#include "transport/stream_context.h"

namespace sluice::transport {

// The side of a stream from which its handler reads: shows it what has come, keeps what it leaves,
// waits while it has paused, and judges when it leaves too much. What carries the bytes here, a
// socket or another stream, is the owner's. Internal to transport.
//
// Invariants: the handler is never called while it is paused, after End, or from within its own
// OnBytes.
class InputPort {
 public:
  InputPort(BufferPool* pool, std::shared_ptr<StreamContext> context)
      : context_(std::move(context)), kept_(pool, context_->input_budget.get()) {}
  ~InputPort() { SLUICE_CHECK(!showing_); }  // not in the middle of OnBytes

  // Counted.
  void Pause() { ++pauses_; }
  void Resume() {
    SLUICE_CHECK(pauses_ > 0);
    --pauses_;
    ShowAgain();
  }
  bool paused() const { return pauses_ > 0; }
  // OfferKept is due: reading goes on, or the handler is another.
  void ShowAgain() { due_ = true; }

  // Shows `bytes` behind what is kept, or keeps them while it is paused. Not OK: the reason for
  // which the stream has to be closed.
  Status Offer(ByteSpan bytes, StreamHandler* handler) {
    if (ended_) return Status::Ok();
    if (paused()) {
      kept_.Keep(bytes);
      return Status::Ok();
    }
    showing_ = true;
    kept_.Offer(bytes, [handler](ByteSpan all) { return handler->OnBytes(all); });
    showing_ = false;
    if (ended_) kept_.Clear();
    return ended_ || paused() ? Status::Ok() : context_->JudgeKept(kept_);
  }
  // At the end of an iteration.
  Status OfferKept(StreamHandler* handler) {
    if (!std::exchange(due_, false) || ended_ || paused() || kept_.empty()) return Status::Ok();
    return Offer({}, handler);
  }
  // Nothing is shown any more.
  void End() {
    ended_ = true;
    if (!showing_) kept_.Clear();
  }

 private:
  const std::shared_ptr<StreamContext> context_;
  InputBuffer kept_;
  int pauses_ = 0;
  bool due_ = false;
  bool showing_ = false;
  bool ended_ = false;
};

}  // namespace sluice::transport
