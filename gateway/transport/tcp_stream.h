#pragma once

#include <uv.h>

#include <memory>

#include "transport/byte_stream.h"
#include "transport/crowd.h"
#include "transport/input_port.h"
#include "transport/loop.h"
#include "transport/loop_resources.h"
#include "transport/output_marks.h"
#include "transport/stream_context.h"

namespace sluice::transport {

// ByteStream on a TCP socket, or a Unix socket. Internal to transport.
//
// open ──CloseAfterFlush──▶ draining ──peer's FIN, or linger over──▶ closed ──▶ OnClosed
//   └───────────── Close, error, limit, peer's FIN ────────────────────▲
//
// Invariants: a handler is only called from libuv's callbacks and from OnIterationEnd, never from a
// call of the owner's; closed means that the socket is gone and OnClosed is all that is left to do.
class TcpStream final : public ByteStream, private FlushQueue::Item, private Crowd::Member {
 public:
  // The socket, before it is connected or accepted; frees itself when closed.
  struct Socket {
    union {
      uv_tcp_t tcp;
      uv_pipe_t pipe;
    };
    uv_write_t write{};
    uv_shutdown_t shutdown{};
    ByteBuffer in_flight;  // what uv_write is sending
    bool writing = false;
    TcpStream* stream = nullptr;  // null when nobody is interested any more

    static Socket* New(Loop& loop, bool is_unix = false);
    void Close();
    bool is_unix() { return uv()->type == UV_NAMED_PIPE; }
    uv_stream_t* uv() { return reinterpret_cast<uv_stream_t*>(&tcp); }
    uv_handle_t* handle() { return reinterpret_cast<uv_handle_t*>(&tcp); }
  };

  // Takes the socket, which is connected.
  TcpStream(Loop& loop, Socket* socket, std::shared_ptr<StreamContext> context);
  ~TcpStream() override;

  void Start(StreamHandler* handler) override;
  void Write(ByteSpan bytes) override;
  ByteBuffer* BeginWrite() override;
  void EndWrite() override;
  size_t output_bytes() const override;
  bool output_high() const override { return marks_.high(); }
  bool peer_has_left() const override;
  void PauseReading() override;
  void ResumeReading() override;
  void SetStanding(Standing standing) override;
  void SetPeerAddress(const sockaddr_storage& address) override;
  void CloseAfterFlush() override;
  void Close(Status reason) override;
  const PeerInfo& peer() const override { return peer_; }

 private:
  enum class State : uint8_t { kOpen, kDraining, kClosed };
  // Output of one iteration that is sent before its end, to keep a burst out of memory.
  static constexpr size_t kEarlyFlushBytes = 256 * 1024;

  void OnIterationEnd() override;
  void GiveWay() override;
  void IdentifyPeer();
  void CloseSocket();
  void OnRead(ssize_t count, const uint8_t* bytes, bool is_full);
  void EndTurn();
  void OnWritten(int status);
  void CloseUnless(const Status& verdict);
  void Overflow();
  void Flush();
  void SendRest();
  void Drained();
  void CountOutput();
  void UpdateReading();
  void Queue() { resources_.flush_queue.Add(this); }

  Loop& loop_;
  LoopResources& resources_;
  Socket* socket_;  // null once closed
  std::shared_ptr<StreamContext> context_;
  StreamHandler* handler_ = nullptr;
  PeerInfo peer_;
  InputPort input_;
  ByteBuffer output_;
  ByteBudget::Charge output_charge_;
  OutputMarks marks_;
  Timer linger_;
  Status reason_;
  size_t turn_bytes_ = 0;  // read in one go so far
  State state_ = State::kOpen;
  bool reading_ = false;
  bool shutdown_sent_ = false;
};

}  // namespace sluice::transport
