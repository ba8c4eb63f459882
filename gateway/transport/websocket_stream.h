#pragma once

#include <memory>

#include "transport/byte_stream.h"
#include "transport/input_port.h"
#include "transport/loop.h"
#include "transport/loop_resources.h"
#include "transport/stream_context.h"
#include "transport/websocket_codec.h"

namespace sluice::transport {

// ByteStream in the frames of a WebSocket that an inner stream carries; begins after the handshake,
// as client or as server. What is written in an iteration becomes as few frames as it can. Internal
// to transport.
class WebSocketStream final : public ByteStream, private StreamHandler, private FlushQueue::Item {
 public:
  // `inner` is handed on: what came behind the handshake is shown by its Start.
  WebSocketStream(Loop& loop, std::unique_ptr<ByteStream> inner, WebSocketCodec::Role role,
                  uint64_t seed, std::shared_ptr<StreamContext> context);
  ~WebSocketStream() override;

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
  const PeerInfo& peer() const override { return inner_->peer(); }

 private:
  // kDraining: nothing is delivered any more, what is written leaves, then the goodbye.
  enum class State : uint8_t { kOpen, kDraining, kClosed };

  size_t OnBytes(ByteSpan frames) override;
  void OnOutputHigh() override;
  void OnOutputLow() override;
  void OnClosed(const Status& reason) override;
  void OnIterationEnd() override;

  void Overflow();
  void FrameOutput();
  void TellIfLow();
  void Drain(Status reason);
  void DrainIfEnded();
  void Queue() { resources_.flush_queue.Add(this); }

  LoopResources& resources_;
  std::shared_ptr<StreamContext> context_;
  std::unique_ptr<ByteStream> inner_;
  WebSocketCodec codec_;
  StreamHandler* handler_ = nullptr;
  InputPort input_;
  ByteBuffer output_;
  Status reason_;
  State state_ = State::kOpen;
  bool telling_ = false;      // within OnOutputLow
  bool high_ = false;         // the output has passed the mark; the inner stream may not know
  bool goodbye_due_ = false;  // goes behind what is written
};

}  // namespace sluice::transport
