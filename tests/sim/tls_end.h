#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/byte_buffer.h"
#include "base/lifetime.h"
#include "base/scheduler.h"
#include "sim/tls_keys.h"
#include "tls/engine.h"
#include "transport/byte_stream.h"
#include "transport/input_port.h"

namespace sluice::sim {

// A stream that is encrypted on its way, from after the handshake on: ciphertext of another stream
// in, plaintext out. The lengths of records depend on nothing but the plaintext's, so that the
// network's luck does not depend on keys.
class TlsEnd final : public transport::ByteStream, private transport::StreamHandler {
 public:
  // `said` as LineEnd's, of plaintext. Scheduler and context are the inner stream's.
  TlsEnd(std::unique_ptr<transport::ByteStream> inner, std::unique_ptr<tls::Engine> engine,
         Scheduler* scheduler, std::shared_ptr<transport::StreamContext> context,
         std::function<void(ByteSpan)> said);

  void Start(transport::StreamHandler* handler) override;
  void Write(ByteSpan bytes) override;
  size_t output_bytes() const override { return inner_->output_bytes(); }
  bool output_high() const override { return inner_->output_high(); }
  void PauseReading() override;
  void ResumeReading() override;
  bool peer_has_left() const override { return inner_->peer_has_left(); }
  void CloseAfterFlush() override;
  void Close(Status reason = Status::Ok()) override;
  const transport::PeerInfo& peer() const override { return peer_; }

 private:
  size_t OnBytes(ByteSpan ciphertext) override;
  void OnOutputHigh() override { handler_->OnOutputHigh(); }
  void OnOutputLow() override { handler_->OnOutputLow(); }
  void OnClosed(const Status& reason) override;
  void CloseUnless(const Status& verdict);
  void Queue();

  const std::unique_ptr<transport::ByteStream> inner_;
  const std::unique_ptr<tls::Engine> engine_;
  Scheduler& scheduler_;
  const std::function<void(ByteSpan)> said_;
  transport::PeerInfo peer_;
  transport::BufferPool pool_;
  transport::InputPort input_;  // plaintext
  transport::StreamHandler* handler_ = nullptr;
  ByteBuffer records_;
  bool open_ = true;
  Lifetime lifetime_;
};

}  // namespace sluice::sim
