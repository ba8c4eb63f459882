#pragma once

#include <functional>
#include <memory>

#include "base/lifetime.h"
#include "tls/engine.h"
#include "transport/byte_stream.h"
#include "transport/loop.h"
#include "transport/stream_context.h"

namespace sluice::transport {

// Carries a stream from connected to encrypted. Handshake steps, milliseconds of arithmetic each,
// run on the worker pool; while one does, the engine is the worker's and the stream is not read.
//
// When more devices come than the processor has steps for, after a power cut say, they wait. What
// has been spent on one is not wasted then: the next step of a handshake goes before the first of
// another, none is begun for a peer that has given up waiting, and the peer's time does not run
// while it waits for us. Internal to transport.
class TlsHandshake final : private StreamHandler {
 public:
  enum class End : uint8_t { kDone, kFailed, kTimeout, kFlood, kAborted, kDisplaced };
  // Who is waited for.
  enum class Turn : uint8_t { kPeer, kOurs };
  struct Outcome {
    End end;
    // kDone: what a TlsStream is made of.
    std::unique_ptr<ByteStream> inner;
    std::unique_ptr<tls::Engine> engine;
    ByteBuffer rest;  // ciphertext behind the handshake
    // Otherwise.
    std::string address;  // of the peer
    tls::Failure failure = tls::Failure::kNone;
    Status reason;
  };
  // Called once, from the loop; may destroy the handshake.
  using Callback = std::function<void(Outcome)>;
  // Called when it changes, also from within the constructor.
  using TurnCallback = std::function<void(Turn)>;

  // A client, which speaks first.
  TlsHandshake(Loop& loop, std::unique_ptr<ByteStream> inner, std::unique_ptr<tls::Engine> engine,
               const StreamLimits& limits, Callback on_end);
  // A server; `hello` is the client's first record, whole.
  TlsHandshake(Loop& loop, std::unique_ptr<ByteStream> inner, std::unique_ptr<tls::Engine> engine,
               ByteBuffer hello, const StreamLimits& limits, Callback on_end, TurnCallback on_turn);
  // Gives up silently; a step on a worker ends by itself.
  ~TlsHandshake() override;

  // Ends it because somebody else needs its place.
  void GiveWay();

  // What becomes of a connection that did not get through.
  static Outcome Refused(End end, const std::string& address, const Status& reason);

 private:
  size_t OnBytes(ByteSpan bytes) override;
  void OnClosed(const Status& reason) override;
  void AwaitPeer();
  void SetTurn(Turn turn);
  void RunStep();
  bool IsStepWanted();
  void OnStepDone();
  void Fail(End end, Status reason);

  Loop& loop_;
  std::unique_ptr<ByteStream> inner_;
  const size_t max_bytes_;
  Callback on_end_;
  TurnCallback on_turn_;
  Timer timer_;
  Duration patience_;  // that is left for the peer, all its turns together
  MonotonicTime awaited_since_;
  // Shared with the worker while a step runs; the loop does not look into it then.
  std::shared_ptr<tls::HandshakeStep> step_;
  bool begun_ = false;    // a step was made
  bool running_ = false;  // one waits or is made, and the timer stands still
  End end_ = End::kAborted;
  tls::Failure failure_ = tls::Failure::kNone;
  Status reason_;
  Lifetime lifetime_;
};

}  // namespace sluice::transport
