#pragma once

#include <cstdint>
#include <string_view>

#include "broker/client_handle.h"
#include "codec/publish.h"

namespace sluice::broker {

// Says whose message waits for an acknowledgement. A plain value, to be kept by the sink for as
// long as it likes and given back to Broker::Acknowledge once; harmless when client or session are
// gone by then.
struct AckHandle {
  ConnectionId connection;      // serial 0: nobody waits (QoS 0, wills)
  uint32_t session_serial = 0;  // the session outlives the connection for QoS 2
  uint16_t packet_id = 0;
  codec::Qos qos = codec::Qos::kAtMostOnce;
};

// A message from a client (or its will) that access control has let through. Views, valid during
// Accept.
struct InboundPublish {
  const codec::Publish& publish;
  std::string_view identity;  // of the publishing client: the subject of its certificate
  std::string_view client_id;
  bool is_will = false;
};

enum class Verdict : uint8_t {
  kAccepted,  // feeds a stream; Broker::Acknowledge follows when it is committed, for QoS 1 and 2
  kIgnored,   // feeds no stream: the broker acknowledges at once
  kFull,      // its stream is full and rejects: 0x97, and for 3.1.1 as kBusy
  kBusy,      // no room right now; nothing was taken, the same message is offered again later
};

// Where messages become events; the ingest is one. Loop thread only.
class EventSink {
 public:
  // Told from within Journal::Poll, never from within Accept. Must not call Accept from within.
  class Listener {
   public:
    virtual ~Listener() = default;
    // An accepted message is as safe as its stream's durability asks: its publisher may be told.
    virtual void OnAcknowledgeable(const AckHandle& ack) = 0;
    // After kFull or kBusy: what was refused may be offered again.
    virtual void OnSpace() = 0;
  };

  virtual ~EventSink() = default;
  // One at a time, not owned; null: nobody wants to know any more.
  virtual void SetListener(Listener* listener) = 0;
  // Loop thread. Calls nothing of the broker; acknowledges after it has returned.
  virtual Verdict Accept(const InboundPublish& message, const AckHandle& ack) = 0;
  // No message waits until it may be acknowledged.
  virtual bool idle() const = 0;
};

}  // namespace sluice::broker
