#include "transport/websocket_stream.h"

#include <utility>

namespace sluice::transport {

WebSocketStream::WebSocketStream(Loop& loop, std::unique_ptr<ByteStream> inner,
                                 WebSocketCodec::Role role, uint64_t seed,
                                 std::shared_ptr<StreamContext> context)
    : resources_(loop.resources()),
      context_(std::move(context)),
      inner_(std::move(inner)),
      codec_(role, seed,
             {.data =
                  [this](ByteSpan bytes) {
                    if (state_ != State::kOpen) return;
                    const Status verdict = input_.Offer(bytes, handler_);
                    if (!verdict.ok()) Close(verdict);
                  },
              .frames = [this](ByteSpan bytes) { inner_->Write(bytes); }}),
      input_(&resources_.pool, context_) {
  inner_->Start(this);
}

WebSocketStream::~WebSocketStream() {
  SLUICE_CHECK(!telling_);
  resources_.pool.Return(&output_);
}

void WebSocketStream::Start(StreamHandler* handler) {
  handler_ = handler;
  input_.ShowAgain();
  Queue();
}

void WebSocketStream::Write(ByteSpan bytes) {
  if (state_ != State::kOpen || bytes.empty()) return;
  if (output_bytes() + bytes.size() > context_->limits.max_output_bytes) return Overflow();
  resources_.pool.Lend(&output_);
  output_.Append(bytes);
  EndWrite();
}

ByteBuffer* WebSocketStream::BeginWrite() {
  if (state_ != State::kOpen) return nullptr;
  resources_.pool.Lend(&output_);
  return &output_;
}

void WebSocketStream::EndWrite() {
  if (output_bytes() > context_->limits.max_output_bytes) return Overflow();
  high_ |= output_bytes() >= context_->limits.output_high_bytes;
  Queue();
}

void WebSocketStream::Overflow() {
  if (context_->metrics) context_->metrics->output_overflows.Add();
  Close({StatusCode::kResourceExhausted, "the peer does not read what it is sent"});
}

void WebSocketStream::PauseReading() {
  input_.Pause();
  inner_->PauseReading();
}

void WebSocketStream::ResumeReading() {
  input_.Resume();
  inner_->ResumeReading();
  Queue();
}

// Takes all frames, even if the handler pauses in the middle, as TlsStream does.
size_t WebSocketStream::OnBytes(ByteSpan frames) {
  if (state_ != State::kOpen || !codec_.fault().empty()) return frames.size();
  if (!codec_.Receive(frames)) DrainIfEnded();
  // Answers to pings that nobody reads.
  if (inner_->output_bytes() > context_->limits.max_output_bytes) Overflow();
  return frames.size();
}

void WebSocketStream::OnIterationEnd() {
  if (state_ != State::kClosed) {
    const Status verdict = input_.OfferKept(handler_);
    if (!verdict.ok()) Close(verdict);
  }
  DrainIfEnded();
  FrameOutput();
  TellIfLow();
}

void WebSocketStream::FrameOutput() {
  if (state_ == State::kClosed) return;
  codec_.Send(output_.view());
  resources_.pool.Return(&output_);
  if (!std::exchange(goodbye_due_, false)) return;
  codec_.Close();
  inner_->CloseAfterFlush();
}

// The inner stream, which has it all now, tells when it is low again, if it was ever high.
void WebSocketStream::TellIfLow() {
  if (!std::exchange(high_, false) || inner_->output_high() || state_ != State::kOpen) return;
  telling_ = true;
  handler_->OnOutputLow();
  telling_ = false;
}

// Not while the handler is paused: it would never see what the peer said before it left.
void WebSocketStream::DrainIfEnded() {
  if (codec_.fault().empty() || input_.paused() || state_ != State::kOpen) return;
  const std::string text = "WebSocket: " + codec_.fault();
  Drain(codec_.closed_by_peer() ? Status::Unavailable(text) : Status::IoError(text));
}

void WebSocketStream::Drain(Status reason) {
  state_ = State::kDraining;
  input_.End();
  reason_ = std::move(reason);
  goodbye_due_ = true;
  Queue();
}

void WebSocketStream::CloseAfterFlush() {
  if (state_ == State::kOpen) Drain(Status::Ok());
}

void WebSocketStream::Close(Status reason) {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  input_.End();
  inner_->Close(std::move(reason));
}

void WebSocketStream::OnOutputHigh() {
  if (handler_ != nullptr) handler_->OnOutputHigh();
}

void WebSocketStream::OnOutputLow() {
  if (handler_ != nullptr && state_ == State::kOpen) handler_->OnOutputLow();
}

void WebSocketStream::OnClosed(const Status& reason) {
  const bool was_draining = std::exchange(state_, State::kClosed) == State::kDraining;
  const Status told = was_draining ? reason_ : reason;
  if (handler_ != nullptr) handler_->OnClosed(told);
  // The stream may be gone.
}

}  // namespace sluice::transport
