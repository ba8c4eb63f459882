#pragma once

#include <memory>

#include "tls/engine.h"
#include "transport/byte_stream.h"
#include "transport/input_port.h"
#include "transport/loop.h"
#include "transport/loop_resources.h"
#include "transport/stream_context.h"
#include "transport/tls_handshake.h"

namespace sluice::transport {

// ByteStream that decrypts and encrypts what an inner stream carries; begins after the handshake.
// What is written in an iteration becomes as few records as it can. Internal to transport.
class TlsStream final : public ByteStream, private StreamHandler, private FlushQueue::Item {
 public:
  // `handshake` is a TlsHandshake's outcome with kDone.
  TlsStream(Loop& loop, TlsHandshake::Outcome handshake, std::shared_ptr<StreamContext> context);
  ~TlsStream() override;

  void Start(StreamHandler* handler) override;
  void Write(ByteSpan bytes) override;
  ByteBuffer* BeginWrite() override;
  void EndWrite() override;
  size_t output_bytes() const override { return output_.size() + inner_->output_bytes(); }
  bool output_high() const override { return high_ || inner_->output_high(); }
  bool peer_has_left() const override { return inner_->peer_has_left(); }
  void PauseReading() override;
  void ResumeReading() override;
  void SetStanding(Standing standing) override { inner_->SetStanding(standing); }
  void CloseAfterFlush() override;
  void Close(Status reason) override;
  const PeerInfo& peer() const override { return peer_; }

  const tls::Engine& engine() const { return *engine_; }

 private:
  // kDraining: CloseAfterFlush was called or the peer's side has ended; nothing is delivered any
  // more.
  enum class State : uint8_t { kOpen, kDraining, kClosed };
  static constexpr size_t kEarlyFlushBytes = 256 * 1024;

  size_t OnBytes(ByteSpan ciphertext) override;
  void OnOutputHigh() override;
  void OnOutputLow() override;
  void OnClosed(const Status& reason) override;
  void OnIterationEnd() override;

  void CloseUnless(const Status& verdict);
  void Overflow();
  void EncryptOutput();
  void TellIfLow();
  void Drain(Status reason);
  void DrainIfEnded();
  void Queue() { resources_.flush_queue.Add(this); }

  LoopResources& resources_;
  std::shared_ptr<StreamContext> context_;
  std::unique_ptr<ByteStream> inner_;
  std::unique_ptr<tls::Engine> engine_;
  ByteBuffer early_;  // ciphertext that came along with the end of the handshake
  StreamHandler* handler_ = nullptr;
  PeerInfo peer_;
  InputPort input_;    // plaintext
  ByteBuffer output_;  // plaintext
  Status reason_;
  State state_ = State::kOpen;
  bool ended_ = false;        // the peer said close_notify; what came before it goes first
  bool telling_ = false;      // within OnOutputLow
  bool high_ = false;         // the plaintext has passed the mark; the inner stream may not know
  bool goodbye_due_ = false;  // close_notify goes behind what is written
};

}  // namespace sluice::transport
