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
#include "transport/stream_limits.h"
#include "transport/watermark.h"

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
    Queue();
  }
  void Write(ByteSpan bytes) override {
    if (state_ != State::kOpen || bytes.empty()) return;
    if (output_.size() + bytes.size() > limits_.max_output_bytes) {
      return Close({StatusCode::kResourceExhausted, "the peer does not read what it is sent"});
    }
    output_.Append(bytes);
    if (output_.size() >= limits_.output_high_bytes) rose_ |= watermark_.Raise();
    Queue();
  }
  size_t output_bytes() const override { return output_.size(); }
  bool output_high() const override { return watermark_.above(); }
  void PauseReading() override { ++pauses_; }
  void ResumeReading() override {
    SLUICE_CHECK(pauses_ > 0);
    --pauses_;
    offer_again_ = true;
    Queue();
  }
  bool peer_has_left() const override { return end_of_input_ || other_ == nullptr; }
  void CloseAfterFlush() override {
    if (state_ != State::kOpen) return;
    state_ = State::kDraining;
    linger_ = scheduler_.StartTimer(limits_.close_linger, [this] { Close(Status::Ok()); });
    Queue();
  }
  void Close(Status reason = Status::Ok()) override {
    if (state_ == State::kClosed) return;
    state_ = State::kClosed;
    reason_ = std::move(reason);
    output_.Clear();
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
        limits_(limits),
        watermark_(limits.output_low_bytes, limits.output_high_bytes),
        peer_(std::move(peer)) {}

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
    if (state_ != State::kClosed) return TellMarks();
    if (handler_ != nullptr) std::exchange(handler_, nullptr)->OnClosed(reason_);
    // The stream may be gone.
  }

  void Read() {
    if (handler_ == nullptr && state_ == State::kOpen) return;
    if (state_ == State::kDraining) {
      TakePipe();
      input_.Clear();
    } else if (pauses_ == 0) {
      const bool fresh = TakePipe();
      if ((std::exchange(offer_again_, false) || fresh) && !input_.empty()) Offer();
    }
    const bool read_all = state_ == State::kDraining || pauses_ == 0;
    if (end_of_input_ && read_all && pipe_.empty() && state_ != State::kClosed) {
      Flush();
      Close(state_ == State::kDraining ? Status::Ok()
                                       : Status::Unavailable("the peer closed the connection"));
    }
  }

  bool TakePipe() {
    if (pipe_.empty()) return false;
    input_.Append(pipe_.view());
    pipe_.Clear();
    if (other_ != nullptr) other_->Queue();  // there is room
    return true;
  }

  void Offer() {
    in_callback_ = true;
    input_.Consume(handler_->OnBytes(input_.view()));
    in_callback_ = false;
    if (state_ != State::kOpen || pauses_ > 0 || input_.size() < limits_.max_input_bytes) return;
    Close({StatusCode::kResourceExhausted, "too much input waits for the rest of a packet"});
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

  void TellMarks() {
    if (handler_ == nullptr) return;
    in_callback_ = true;
    if (std::exchange(rose_, false)) handler_->OnOutputHigh();
    const auto event = watermark_.Update(output_.size());
    const bool fell = event == transport::Watermark::Event::kFellBelowLow;
    if (fell && state_ == State::kOpen) handler_->OnOutputLow();
    in_callback_ = false;
  }

  // This end is gone; what it had sent still arrives.
  void Hang() {
    SLUICE_CHECK(!in_callback_ || state_ == State::kClosed);
    if (other_ == nullptr) return;
    other_->end_of_input_ = true;
    other_->Queue();
    std::exchange(other_, nullptr)->other_ = nullptr;
  }

  Scheduler& scheduler_;
  const transport::StreamLimits limits_;
  transport::Watermark watermark_;
  const transport::PeerInfo peer_;
  MemoryStream* other_ = nullptr;  // null when it is gone
  transport::StreamHandler* handler_ = nullptr;
  ByteBuffer pipe_;   // sent by the other end and not read yet
  ByteBuffer input_;  // read and not consumed
  ByteBuffer output_;
  Timer linger_;
  Status reason_;
  int pauses_ = 0;
  State state_ = State::kOpen;
  bool queued_ = false;
  bool offer_again_ = false;
  bool end_of_input_ = false;
  bool said_end_ = false;
  bool rose_ = false;  // above the high mark, and the handler does not know yet
  bool in_callback_ = false;
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
