#include "sim/tls_end.h"

#include <array>
#include <utility>

#include "sim/memory_account.h"

namespace sluice::sim {

TlsEnd::TlsEnd(std::unique_ptr<transport::ByteStream> inner, std::unique_ptr<tls::Engine> engine,
               Scheduler* scheduler, std::shared_ptr<transport::StreamContext> context,
               std::function<void(ByteSpan)> said)
    : inner_(std::move(inner)),
      engine_(std::move(engine)),
      scheduler_(*scheduler),
      said_(std::move(said)),
      peer_(inner_->peer()),
      input_(&pool_, std::move(context)) {
  peer_.tls_version = engine_->version();
  peer_.cipher = engine_->cipher();
  peer_.certificate = engine_->peer();
  peer_.resumed = engine_->resumed();
}

void TlsEnd::Start(transport::StreamHandler* handler) {
  if (std::exchange(handler_, handler) == nullptr) inner_->Start(this);
  input_.ShowAgain();
  Queue();
}

void TlsEnd::Write(ByteSpan bytes) {
  if (!open_ || bytes.empty()) return;
  if (said_) {
    const InWorld in_world;
    said_(bytes);
  }
  SLUICE_CHECK(engine_->Encrypt(bytes, &records_));
  inner_->Write(records_.view());
  records_.Clear();
}

void TlsEnd::PauseReading() {
  input_.Pause();
  inner_->PauseReading();
}

void TlsEnd::ResumeReading() {
  input_.Resume();
  Queue();
  inner_->ResumeReading();
}

// What is kept is shown before anything new.
void TlsEnd::Queue() {
  scheduler_.Post([this, watch = lifetime_.watch()] {
    if (!watch.over() && open_) CloseUnless(input_.OfferKept(handler_));
  });
}

// Takes everything; what a paused handler has not seen is kept as plaintext.
size_t TlsEnd::OnBytes(ByteSpan ciphertext) {
  const size_t size = ciphertext.size();
  auto result = tls::Engine::DecryptResult::kFull;
  while (open_ && result == tls::Engine::DecryptResult::kFull) {
    std::array<uint8_t, 16 << 10> plaintext;
    size_t produced = 0;
    result = engine_->Decrypt(&ciphertext, plaintext, &produced, &records_);
    records_.Clear();
    SLUICE_CHECK(result != tls::Engine::DecryptResult::kFailed);
    if (produced > 0) CloseUnless(input_.Offer({plaintext.data(), produced}, handler_));
  }
  return size;
}

void TlsEnd::CloseUnless(const Status& verdict) {
  if (!verdict.ok()) Close(verdict);
}

void TlsEnd::CloseAfterFlush() {
  if (!std::exchange(open_, false)) return;
  input_.End();
  engine_->Close(&records_);
  inner_->Write(records_.view());
  records_.Clear();
  inner_->CloseAfterFlush();
}

void TlsEnd::Close(Status reason) {
  if (std::exchange(open_, false)) input_.End();
  inner_->Close(std::move(reason));
}

void TlsEnd::OnClosed(const Status& reason) {
  if (std::exchange(open_, false)) input_.End();
  handler_->OnClosed(reason);
  // It may be gone.
}

}  // namespace sluice::sim
