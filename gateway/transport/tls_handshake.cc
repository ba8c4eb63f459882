#include "transport/tls_handshake.h"

#include <utility>

namespace sluice::transport {

TlsHandshake::TlsHandshake(Loop& loop, std::unique_ptr<ByteStream> inner,
                           std::unique_ptr<tls::Engine> engine, bool is_client,
                           const StreamLimits& limits, Callback on_end)
    : loop_(loop),
      inner_(std::move(inner)),
      max_bytes_(limits.max_handshake_bytes),
      on_end_(std::move(on_end)),
      patience_(limits.handshake_timeout),
      step_(std::make_shared<tls::HandshakeStep>()) {
  step_->engine = std::move(engine);
  timer_ = loop_.NewTimer(
      [this] { Fail(End::kTimeout, Status::Unavailable("the TLS handshake took too long")); });
  AwaitPeer();
  inner_->Start(this);
  if (is_client) RunStep();
}

TlsHandshake::~TlsHandshake() = default;

size_t TlsHandshake::OnBytes(ByteSpan bytes) {
  if (running_) return 0;
  if (step_->input.size() + bytes.size() > max_bytes_) {
    Fail(End::kFlood, {StatusCode::kResourceExhausted, "the TLS handshake is too long"});
    return bytes.size();
  }
  step_->input.Append(bytes);
  if (tls::Engine::HasRecord(step_->input.view())) RunStep();
  return bytes.size();
}

void TlsHandshake::AwaitPeer() {
  awaited_since_ = loop_.Now();
  timer_.Start(patience_);
}

void TlsHandshake::RunStep() {
  SLUICE_CHECK(!running_);
  running_ = true;
  timer_.Stop();
  patience_ -= loop_.Now() - awaited_since_;
  inner_->PauseReading();
  const std::weak_ptr<bool> alive = alive_;
  loop_.QueueWork({.run = [step = step_] { step->Run(); },
                   .done =
                       [this, alive, step = step_] {
                         if (!alive.expired()) OnStepDone();
                       },
                   .wanted = [this, alive] { return !alive.expired() && IsStepWanted(); },
                   .urgent = begun_});
}

bool TlsHandshake::IsStepWanted() {
  // Later ones are in front of the queue; and who leaves then may have said why.
  if (begun_ || !inner_->peer_has_left()) return true;
  Fail(End::kAborted, Status::Unavailable("the peer did not wait for its turn"));
  return false;
}

void TlsHandshake::OnStepDone() {
  running_ = false;
  begun_ = true;
  inner_->Write(step_->output.view());
  step_->output.Clear();
  inner_->ResumeReading();
  if (step_->result == tls::Engine::HandshakeResult::kDone) {
    return std::exchange(on_end_, {})({.end = End::kDone,
                                       .inner = std::move(inner_),
                                       .engine = std::move(step_->engine),
                                       .rest = std::move(step_->input),
                                       .address = {},
                                       .failure = {},
                                       .reason = {}});
  }
  if (step_->result == tls::Engine::HandshakeResult::kFailed) {
    failure_ = step_->engine->failure();
    return Fail(End::kFailed,
                Status::Unavailable("TLS handshake: " + step_->engine->FailureText()));
  }
  AwaitPeer();
  if (tls::Engine::HasRecord(step_->input.view())) RunStep();
}

// The stream's OnClosed reports the end, when an alert has had its chance to leave.
void TlsHandshake::Fail(End end, Status reason) {
  timer_.Stop();
  end_ = end;
  reason_ = std::move(reason);
  if (end == End::kFailed) return inner_->CloseAfterFlush();
  inner_->Close(reason_);
}

void TlsHandshake::OnClosed(const Status& reason) {
  std::exchange(on_end_, {})({.end = end_,
                              .inner = nullptr,
                              .engine = nullptr,
                              .rest = {},
                              .address = inner_->peer().address,
                              .failure = failure_,
                              .reason = end_ == End::kAborted ? reason : reason_});
}

}  // namespace sluice::transport
