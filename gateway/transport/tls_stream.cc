#include "transport/tls_stream.h"

#include <utility>

namespace sluice::transport {
namespace {

PeerInfo DescribePeer(const ByteStream& inner, const tls::Engine& engine) {
  PeerInfo peer = inner.peer();
  peer.tls_version = engine.version();
  peer.cipher = engine.cipher();
  peer.certificate = engine.peer();
  peer.psk_name = engine.psk_name();
  peer.resumed = engine.resumed();
  return peer;
}

}  // namespace

TlsStream::TlsStream(Loop& loop, TlsHandshake::Outcome handshake,
                     std::shared_ptr<StreamContext> context)
    : resources_(loop.resources()),
      context_(std::move(context)),
      inner_(std::move(handshake.inner)),
      engine_(std::move(handshake.engine)),
      early_(std::move(handshake.rest)),
      peer_(DescribePeer(*inner_, *engine_)),
      input_(&resources_.pool, context_) {
  inner_->Start(this);
}

TlsStream::~TlsStream() {
  SLUICE_CHECK(!telling_);
  resources_.pool.Return(&output_);
}

void TlsStream::Start(StreamHandler* handler) {
  handler_ = handler;
  input_.ShowAgain();  // what the handler before this one leaves
  Queue();
}

void TlsStream::Write(ByteSpan bytes) {
  if (state_ != State::kOpen || bytes.empty()) return;
  if (output_bytes() + bytes.size() > context_->limits.max_output_bytes) return Overflow();
  resources_.pool.Lend(&output_);
  output_.Append(bytes);
  EndWrite();
}

ByteBuffer* TlsStream::BeginWrite() {
  if (state_ != State::kOpen) return nullptr;
  resources_.pool.Lend(&output_);
  return &output_;
}

void TlsStream::EndWrite() {
  if (output_bytes() > context_->limits.max_output_bytes) return Overflow();
  high_ |= output_bytes() >= context_->limits.output_high_bytes;
  Queue();
  if (output_.size() >= kEarlyFlushBytes) EncryptOutput();
}

void TlsStream::Overflow() {
  if (context_->metrics) context_->metrics->output_overflows.Add();
  Close({StatusCode::kResourceExhausted, "the peer does not read what it is sent"});
}

void TlsStream::PauseReading() {
  input_.Pause();
  inner_->PauseReading();
}

void TlsStream::ResumeReading() {
  input_.Resume();
  inner_->ResumeReading();
  Queue();
}

// Takes all ciphertext, even if the handler pauses in the middle: what it leaves is kept as
// plaintext, at most one read's worth, since a paused stream is not read.
size_t TlsStream::OnBytes(ByteSpan ciphertext) {
  const size_t size = ciphertext.size();
  ByteBuffer& answer = resources_.ciphertext;
  auto result = tls::Engine::DecryptResult::kFull;
  while (state_ == State::kOpen && result == tls::Engine::DecryptResult::kFull) {
    size_t produced = 0;
    const std::span<uint8_t> space = resources_.plaintext_buffer();
    result = engine_->Decrypt(&ciphertext, space, &produced, &answer);
    inner_->Write(answer.view());
    answer.Clear();
    if (produced > 0) CloseUnless(input_.Offer(space.first(produced), handler_));
  }
  if (state_ != State::kOpen) return size;
  if (result == tls::Engine::DecryptResult::kEndOfData) {
    ended_ = true;
    DrainIfEnded();
  } else if (result == tls::Engine::DecryptResult::kFailed) {
    Drain(Status::IoError("TLS: " + engine_->FailureText()));
  }
  return size;
}

void TlsStream::CloseUnless(const Status& verdict) {
  if (!verdict.ok()) Close(verdict);
}

void TlsStream::OnIterationEnd() {
  if (!early_.empty()) {
    OnBytes(early_.view());
    early_.Release();
  }
  CloseUnless(input_.OfferKept(handler_));
  DrainIfEnded();
  EncryptOutput();
  TellIfLow();
}

// The inner stream, which has it all now, tells when it is low again, if it was ever high.
void TlsStream::TellIfLow() {
  if (!std::exchange(high_, false) || inner_->output_high() || state_ != State::kOpen) return;
  telling_ = true;
  handler_->OnOutputLow();
  telling_ = false;
}

void TlsStream::EncryptOutput() {
  if (state_ == State::kClosed) return;
  ByteBuffer& records = resources_.ciphertext;
  if (engine_->failure() == tls::Failure::kNone) {
    if (!engine_->Encrypt(output_.view(), &records))
      Drain(Status::IoError("TLS: " + engine_->FailureText()));
    else if (goodbye_due_)
      engine_->Close(&records);
  }
  resources_.pool.Return(&output_);
  inner_->Write(records.view());
  records.Clear();
  if (std::exchange(goodbye_due_, false)) inner_->CloseAfterFlush();
}

// Not while the handler is paused: it would never see what the peer said before it left.
void TlsStream::DrainIfEnded() {
  if (!ended_ || input_.paused() || state_ != State::kOpen) return;
  Drain(Status::Unavailable("the peer closed the connection"));
}

void TlsStream::Drain(Status reason) {
  state_ = State::kDraining;
  input_.End();
  reason_ = std::move(reason);
  goodbye_due_ = true;
  Queue();
}

void TlsStream::CloseAfterFlush() {
  if (state_ == State::kOpen) Drain(Status::Ok());
}

void TlsStream::Close(Status reason) {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  input_.End();
  inner_->Close(std::move(reason));
}

void TlsStream::OnOutputHigh() {
  if (handler_ != nullptr) handler_->OnOutputHigh();
}

void TlsStream::OnOutputLow() {
  if (handler_ != nullptr && state_ == State::kOpen) handler_->OnOutputLow();
}

void TlsStream::OnClosed(const Status& reason) {
  const bool was_draining = std::exchange(state_, State::kClosed) == State::kDraining;
  const Status told = was_draining ? reason_ : reason;
  if (handler_ != nullptr) handler_->OnClosed(told);
  // The stream may be gone.
}

}  // namespace sluice::transport
