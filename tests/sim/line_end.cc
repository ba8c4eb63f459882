#include "sim/line_end.h"

#include <utility>

#include "sim/memory_account.h"

namespace sluice::sim {

namespace {
constexpr size_t kReadBytes = 64 << 10;  // at a time, as a socket is read
}  // namespace

LineEnd::LineEnd(std::shared_ptr<Line> line, Side side, Scheduler* scheduler,
                 std::shared_ptr<transport::StreamContext> context, transport::PeerInfo peer,
                 std::function<void(ByteSpan)> said)
    : line_(std::move(line)),
      side_(side),
      scheduler_(*scheduler),
      peer_(std::move(peer)),
      said_(std::move(said)),
      context_(std::move(context)),
      input_(&pool_, context_),
      marks_(context_.get()),
      output_charge_(context_->output_budget.get()) {
  line_->Attach(side_, this);
}

LineEnd::~LineEnd() {
  if (state_ != State::kClosed) line_->Hang(side_);
}

void LineEnd::Start(transport::StreamHandler* handler) {
  handler_ = handler;
  input_.ShowAgain();
  Queue();
}

void LineEnd::Write(ByteSpan bytes) {
  if (state_ != State::kOpen || bytes.empty()) return;
  const size_t before = output_.size();
  output_.Append(bytes);
  TakeWritten(before);
}

ByteBuffer* LineEnd::BeginWrite() {
  if (state_ != State::kOpen) return nullptr;
  written_before_ = output_.size();
  return &output_;
}

void LineEnd::EndWrite() {
  if (output_.size() > written_before_) TakeWritten(written_before_);
}

void LineEnd::TakeWritten(size_t before) {
  if (output_.size() > context_->limits.max_output_bytes) {
    return Close({StatusCode::kResourceExhausted, "the peer does not read what it is sent"});
  }
  if (said_) {
    const InWorld in_world;
    said_(output_.view().subspan(before));
  }
  output_charge_.Set(output_.size());
  marks_.Count(output_.size());
  if (!in_read_) Queue();
}

void LineEnd::ResumeReading() {
  input_.Resume();
  Queue();
}

void LineEnd::CloseAfterFlush() {
  if (state_ != State::kOpen) return;
  state_ = State::kDraining;
  input_.End();
  marks_.End();
  linger_ = scheduler_.StartTimer(context_->limits.close_linger, [this] { Close(Status::Ok()); });
  Queue();
}

void LineEnd::Close(Status reason) {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  reason_ = std::move(reason);
  output_.Clear();
  output_charge_.Set(0);
  input_.End();
  marks_.End();
  if (linger_.active()) linger_.Stop();
  line_->Hang(side_);
  Queue();
}

void LineEnd::Queue() {
  if (std::exchange(queued_, true)) return;
  scheduler_.Post([this, watch = lifetime_.watch()] {
    if (!watch.over()) Turn();
  });
}

void LineEnd::Turn() {
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

void LineEnd::Read() {
  if (handler_ == nullptr && state_ == State::kOpen) return;
  in_read_ = true;
  CloseUnless(input_.OfferKept(handler_));
  // A draining end reads on, into the void.
  if (state_ != State::kClosed && !line_->arrived(side_).empty() &&
      (state_ == State::kDraining || !input_.paused())) {
    const size_t most = transport::InputBuffer::ReadBytes(context_->input_budget.get(), kReadBytes);
    const ByteBuffer fresh = line_->Take(side_, most);
    if (!line_->arrived(side_).empty()) Queue();
    CloseUnless(input_.Offer(fresh.view(), handler_));
  }
  in_read_ = false;
  const bool read_all = state_ == State::kDraining || !input_.paused();
  if (!line_->ended(side_) || !read_all || !line_->arrived(side_).empty() ||
      state_ == State::kClosed) {
    return;
  }
  Flush();
  Close(state_ == State::kDraining ? Status::Ok() : line_->reason(side_));
}

void LineEnd::CloseUnless(const Status& verdict) {
  if (!verdict.ok()) Close(verdict);
}

void LineEnd::Flush() {
  // Whoever writes to a connection that was reset is told so even if he does not read.
  if (!output_.empty() && line_->ended(side_) &&
      line_->reason(side_).code() == StatusCode::kIoError) {
    return Close(line_->reason(side_));
  }
  if (!output_.empty()) line_->Send(side_, &output_);
  output_charge_.Set(output_.size());
  if (state_ == State::kDraining && output_.empty() && !std::exchange(said_end_, true)) {
    line_->Finish(side_);
  }
}

}  // namespace sluice::sim
