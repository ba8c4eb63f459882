#pragma once

#include <list>
#include <memory>
#include <string>

#include "base/log_limit.h"
#include "transport/crowd.h"
#include "transport/handshake_turns.h"
#include "transport/spell.h"
#include "transport/stream_upgrade.h"
#include "transport/tls_handshake.h"

namespace sluice::transport {

// Takes connections of one listener from accepted to encrypted.
//
//   hello ──whole ClientHello──▶ waiting ──its turn──▶ handshake ──▶ a TlsStream
//
// A peer that has not sent a whole ClientHello holds no engine and no place among the handshakes,
// only what it has sent; limits.hello_timeout ends it. At limits.max_half_open handshakes the one
// that keeps us waiting longest, of the address with most of them, gives way (see Crowd). In which
// order handshakes begin HandshakeTurns says. Loop thread only. Internal to transport.
class TlsUpgrade final : public StreamUpgrade {
 public:
  // For ListenerOptions.
  static Maker New();

  // Handshakes are made with the stream context's tls.
  TlsUpgrade(const Parts& parts, Callback on_end);
  ~TlsUpgrade() override;
  TlsUpgrade(const TlsUpgrade&) = delete;
  TlsUpgrade& operator=(const TlsUpgrade&) = delete;

  void Take(std::unique_ptr<ByteStream> stream) override;
  size_t size() const override { return guests_.size(); }

 private:
  class Guest;

  // Begins handshakes while the workers want more and there is a place.
  void Serve();
  bool HasPlace();
  void OnHandshake(int difference);
  void OnFirstStep(int difference);
  void OnEnd(Guest* guest, TlsHandshake::Outcome outcome);
  Outcome Succeed(TlsHandshake::Outcome handshake, MonotonicTime since);
  void CountFailure(const TlsHandshake::Outcome& handshake);

  const Parts parts_;
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
