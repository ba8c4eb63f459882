#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>

#include "base/log_limit.h"
#include "transport/crowd.h"
#include "transport/handshake_turns.h"
#include "transport/loop.h"
#include "transport/spell.h"
#include "transport/stream_context.h"
#include "transport/tcp_stream.h"
#include "transport/tls_handshake.h"

namespace sluice::tls {
class Context;
}

namespace sluice::transport {

// Takes connections of one listener from accepted to encrypted.
//
//   hello ──whole ClientHello──▶ waiting ──its turn──▶ handshake ──▶ a TlsStream
//
// A peer that has not sent a whole ClientHello holds no engine and no place among the handshakes,
// only what it has sent; limits.hello_timeout ends it. At limits.max_half_open handshakes the one
// that keeps us waiting longest, of the address with most of them, gives way (see Crowd). In which
// order handshakes begin HandshakeTurns says. Loop thread only. Internal to transport.
class TlsReception {
 public:
  // Called once for each connection taken, from the loop: End::kDone or what became of it. `since`
  // is when it was accepted.
  using Callback = std::function<void(TlsHandshake::Outcome, MonotonicTime since)>;

  // `health` may be null; it and the loop outlive the reception. `name` is the listener's address.
  TlsReception(Loop& loop, std::shared_ptr<tls::Context> tls,
               std::shared_ptr<StreamContext> context, const std::string& name, Health* health,
               Callback on_end);
  // Drops whoever is not through.
  ~TlsReception();
  TlsReception(const TlsReception&) = delete;
  TlsReception& operator=(const TlsReception&) = delete;

  void Take(std::unique_ptr<TcpStream> stream);
  // Those who are not through.
  size_t size() const { return guests_.size(); }

 private:
  class Guest;

  // Begins handshakes while the workers want more and there is a place.
  void Serve();
  bool HasPlace();
  void OnHandshake(int difference);
  void OnFirstStep(int difference);
  void OnEnd(Guest* guest, TlsHandshake::Outcome outcome);

  Loop& loop_;
  const std::shared_ptr<tls::Context> tls_;
  const std::shared_ptr<StreamContext> context_;
  const std::string name_;
  const Callback on_end_;
  HandshakeTurns turns_;
  Crowd handshakes_;
  Spell flood_;
  LogLimit log_limit_;
  size_t first_steps_ = 0;  // begun and not made yet; more wait in turns_
  bool serving_ = false;
  std::list<std::unique_ptr<Guest>> guests_;
};

}  // namespace sluice::transport
