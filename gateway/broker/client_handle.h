#pragma once

#include <cstdint>

#include "codec/publish.h"
#include "codec/reason_code.h"
#include "session/session.h"

namespace sluice::broker {

// One accepted connection, as the broker names it. Never reused; a stale one is harmless: every
// call of the broker with it is without effect.
struct ConnectionId {
  uint32_t slot = 0;
  uint32_t serial = 0;  // 0: none

  bool operator==(const ConnectionId&) const = default;
};

// What the broker can do with a client that is connected; the server's connection implements it
// around its session::Session. Loop thread only. It stays valid from Broker::OnConnect to
// Broker::OnDisconnect.
class ClientHandle {
 public:
  virtual ~ClientHandle() = default;

  // Sends a message now if the client can take it. kWindowFull (also when the connection's output
  // is above its high mark, whatever the QoS) leaves it with the broker until Broker::OnWritable.
  // Copies what it needs. Must not call back into the broker; closing has to wait until the caller
  // has returned.
  virtual session::DeliverResult Deliver(const codec::Publish& message) = 0;

  // The answer to an inbound QoS 1 or 2 message for which OnPublish said kPending.
  virtual void Acknowledge(uint16_t packet_id, codec::ReasonCode reason) = 0;

  // Ends the connection: the client id was taken over (0x8E), or the administrator wants so (0x98).
  // Must call Broker::OnDisconnect with the session's Close before it returns, because the session
  // state goes to the next connection right after.
  virtual void Disconnect(codec::ReasonCode reason) = 0;
};

}  // namespace sluice::broker
