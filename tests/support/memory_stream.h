#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/byte_buffer.h"
#include "base/lifetime.h"
#include "base/scheduler.h"
#include "base/status.h"
#include "transport/byte_stream.h"
#include "transport/input_port.h"
#include "transport/output_marks.h"

namespace sluice::test {

// One end of a connection without a network: what one end writes the other reads, in one turn of
// the scheduler each. Between them is a pipe of `kPipeBytes`, as the kernel's buffers are, so that
// an end that does not read makes the other's output pile up. Keeps ByteStream's contract, limits
// and marks included, and can be cut.
class MemoryStream final : public transport::ByteStream {
 public:
  static constexpr size_t kPipeBytes = 64 << 10;
  struct Pair;

  // Each end is told who the other is. The scheduler outlives both.
  static Pair Connect(Scheduler* scheduler, const transport::StreamLimits& limits,
                      transport::PeerInfo of_first, transport::PeerInfo of_second);

  ~MemoryStream() override {
    if (state_ != State::kClosed) Hang();
  }

  void Start(transport::StreamHandler* handler) override {
    handler_ = handler;
    input_.ShowAgain();
    Queue();
  }
  void Write(ByteSpan bytes) override {
    if (state_ != State::kOpen || bytes.empty()) return;
    if (output_.size() + bytes.size() > context_->limits.max_output_bytes) {
      return Close({StatusCode::kResourceExhausted, "the peer does not read what it is sent"});
    }
    output_.Append(bytes);
    marks_.Count(output_.size());
    Queue();
  }
  size_t output_bytes() const override { return output_.size(); }
  bool output_high() const override { return marks_.high(); }
  void PauseReading() override { input_.Pause(); }
  void ResumeReading() override {
    input_.Resume();
    Queue();
  }
  bool peer_has_left() const override { return end_of_input_ || other_ == nullptr; }
  void CloseAfterFlush() override {
    if (state_ != State::kOpen) return;
    state_ = State::kDraining;
    input_.End();
    marks_.End();
    linger_ = scheduler_.StartTimer(context_->limits.close_linger, [this] { Close(Status::Ok()); });
    Queue();
  }
  void Close(Status reason = Status::Ok()) override {
    if (state_ == State::kClosed) return;
    state_ = State::kClosed;
    reason_ = std::move(reason);
    output_.Clear();
    input_.End();
    marks_.End();
    if (linger_.active()) linger_.Stop();
    Hang();
    Queue();
  }
  const transport::PeerInfo& peer() const override { return peer_; }

  // The network loses the connection: what is on the way is gone, and both ends are told.
  void Cut() {
    if (other_ != nullptr) other_->Close(Status::Unavailable("connection lost: cut"));
    Close(Status::Unavailable("connection lost: cut"));
  }

 private:
  enum class State : uint8_t { kOpen, kDraining, kClosed };

  MemoryStream(Scheduler* scheduler, const transport::StreamLimits& limits,
               transport::PeerInfo peer)
      : scheduler_(*scheduler),
        context_(std::make_shared<transport::StreamContext>()),
        peer_(std::move(peer)),
        input_(&pool_, context_),
        marks_(context_.get()) {
    context_->limits = limits;
  }

  void Queue() {
    if (std::exchange(queued_, true)) return;
    scheduler_.Post([this, watch = lifetime_.watch()] {
      if (!watch.over()) Turn();
    });
  }

  void Turn() {
    queued_ = false;
    if (state_ != State::kClosed) Read();
    if (state_ != State::kClosed) Flush();
    if (state_ != State::kClosed) {
      if (handler_ != nullptr) marks_.Tell(output_.size(), handler_);
      return;
    }
    if (handler_ != nullptr) std::exchange(handler_, nullptr)->OnClosed(reason_);
    // The stream may be gone.
  }

  void Read() {
    if (handler_ == nullptr && state_ == State::kOpen) return;
    CloseUnless(input_.OfferKept(handler_));
    TakePipe();
    const bool read_all = state_ == State::kDraining || !input_.paused();
    if (end_of_input_ && read_all && pipe_.empty() && state_ != State::kClosed) {
      Flush();
      Close(state_ == State::kDraining ? Status::Ok()
                                       : Status::Unavailable("the peer closed the connection"));
    }
  }

  // A draining end reads on, into the void.
  void TakePipe() {
    if (pipe_.empty() || state_ == State::kClosed) return;
    if (state_ == State::kOpen && input_.paused()) return;
    const ByteBuffer fresh = std::exchange(pipe_, {});
    if (other_ != nullptr) other_->Queue();  // there is room
    CloseUnless(input_.Offer(fresh.view(), handler_));
  }

  void CloseUnless(const Status& verdict) {
    if (!verdict.ok()) Close(verdict);
  }

  void Flush() {
    if (other_ == nullptr) return;
    const size_t room = kPipeBytes - std::min(kPipeBytes, other_->pipe_.size());
    const size_t bytes = std::min(room, output_.size());
    if (bytes > 0) {
      other_->pipe_.Append(output_.view().first(bytes));
      output_.Consume(bytes);
      other_->Queue();
    }
    if (state_ == State::kDraining && output_.empty() && !std::exchange(said_end_, true)) {
      other_->end_of_input_ = true;
      other_->Queue();
    }
  }

  // This end is gone; what it had sent still arrives.
  void Hang() {
    if (other_ == nullptr) return;
    other_->end_of_input_ = true;
    other_->Queue();
    std::exchange(other_, nullptr)->other_ = nullptr;
  }

  Scheduler& scheduler_;
  transport::BufferPool pool_;
  const std::shared_ptr<transport::StreamContext> context_;
  const transport::PeerInfo peer_;
  transport::InputPort input_;
  transport::OutputMarks marks_;
  MemoryStream* other_ = nullptr;  // null when it is gone
  transport::StreamHandler* handler_ = nullptr;
  ByteBuffer pipe_;  // sent by the other end and not read yet
  ByteBuffer output_;
  Timer linger_;
  Status reason_;
  State state_ = State::kOpen;
  bool queued_ = false;
  bool end_of_input_ = false;
  bool said_end_ = false;
  Lifetime lifetime_;
};

struct MemoryStream::Pair {
  std::unique_ptr<MemoryStream> first, second;
};

inline MemoryStream::Pair MemoryStream::Connect(Scheduler* scheduler,
                                                const transport::StreamLimits& limits,
                                                transport::PeerInfo of_first,
                                                transport::PeerInfo of_second) {
  Pair pair{
      std::unique_ptr<MemoryStream>(new MemoryStream(scheduler, limits, std::move(of_second))),
      std::unique_ptr<MemoryStream>(new MemoryStream(scheduler, limits, std::move(of_first)))};
  pair.first->other_ = pair.second.get();
  pair.second->other_ = pair.first.get();
  return pair;
}

}  // namespace sluice::test
