#include "transport/tls_handshake.h"

#include <utility>

namespace sluice::transport {

TlsHandshake::TlsHandshake(Loop& loop, std::unique_ptr<ByteStream> inner,
                           std::unique_ptr<tls::Engine> engine, const StreamLimits& limits,
                           Callback on_end)
    : TlsHandshake(loop, std::move(inner), std::move(engine), {}, limits, std::move(on_end), {}) {}

TlsHandshake::TlsHandshake(Loop& loop, std::unique_ptr<ByteStream> inner,
                           std::unique_ptr<tls::Engine> engine, ByteBuffer hello,
                           const StreamLimits& limits, Callback on_end, TurnCallback on_turn)
    : loop_(loop),
      inner_(std::move(inner)),
      max_bytes_(limits.max_handshake_bytes),
      on_end_(std::move(on_end)),
      on_turn_(std::move(on_turn)),
      patience_(limits.handshake_timeout),
      awaited_since_(loop.Now()),
      step_(std::make_shared<tls::HandshakeStep>()) {
  step_->engine = std::move(engine);
  step_->input = std::move(hello);
  timer_ = loop_.NewTimer(
      [this] { Fail(End::kTimeout, Status::Unavailable("the TLS handshake took too long")); });
  inner_->Start(this);
  RunStep();
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

void TlsHandshake::SetTurn(Turn turn) {
  inner_->SetStanding(turn == Turn::kPeer ? Standing::kSilent : Standing::kBusy);
  if (on_turn_) on_turn_(turn);
}

void TlsHandshake::AwaitPeer() {
  SetTurn(Turn::kPeer);
  awaited_since_ = loop_.Now();
  timer_.Start(patience_);
}

void TlsHandshake::RunStep() {
  SLUICE_CHECK(!running_);
  running_ = true;
  SetTurn(Turn::kOurs);
  timer_.Stop();
  patience_ -= loop_.Now() - awaited_since_;
  inner_->PauseReading();
  const Lifetime::Watch watch = lifetime_.watch();
  loop_.QueueWork({.run = [step = step_] { step->Run(); },
                   .done =
                       [this, watch, step = step_] {
                         if (!watch.over()) OnStepDone();
                       },
                   .wanted = [this, watch] { return !watch.over() && IsStepWanted(); },
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

void TlsHandshake::GiveWay() {
  Fail(End::kDisplaced, {StatusCode::kResourceExhausted,
                         "the TLS handshake did not go on and made room for others"});
}

void TlsHandshake::OnClosed(const Status& reason) {
  Outcome outcome = Refused(end_, inner_->peer().address, end_ == End::kAborted ? reason : reason_);
  outcome.failure = failure_;
  std::exchange(on_end_, {})(std::move(outcome));
}

// Whom the stream itself made give way, the listener has counted and told.
TlsHandshake::Outcome TlsHandshake::Refused(End end, const std::string& address,
                                            const Status& reason) {
  const bool gave_way = end == End::kAborted && reason.code() == StatusCode::kResourceExhausted;
  return {.end = gave_way ? End::kDisplaced : end,
          .inner = nullptr,
          .engine = nullptr,
          .rest = {},
          .address = address,
          .failure = {},
          .reason = reason};
}

}  // namespace sluice::transport
