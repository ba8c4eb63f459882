#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/status.h"
#include "tls/engine.h"
#include "transport/byte_stream.h"
#include "transport/loop.h"
#include "transport/stream_limits.h"

namespace sluice::tls {
class Context;
}  // namespace sluice::tls

namespace sluice::transport {

// The client's side, for uplinks, for commands that ask a gateway, and for tests and the
// benchmark's clients.
struct ConnectOptions {
  std::string address = {};                       // as ListenerOptions::bind
  std::shared_ptr<tls::Context> tls = {};         // a client context; null: plaintext
  const tls::ResumptionTicket* resume = nullptr;  // used before Connect returns
  StreamLimits limits = {};
};

// Why no connection was made.
struct ConnectFailure {
  int error = 0;                           // of the system: ECONNREFUSED, …; 0: TLS
  tls::Failure tls = tls::Failure::kNone;  // what the handshake met
  bool handshake_timed_out = false;
};

using ConnectCallback = std::function<void(Result<std::unique_ptr<ByteStream>>)>;

// Connects in the background and calls back once, from the loop, with a stream that is ready (and
// must be started or destroyed before the callback returns) or the reason. Destroying the result
// gives up silently; the callback may do so as well.
class Connector {
 public:
  static std::unique_ptr<Connector> Connect(Loop& loop, ConnectOptions options,
                                            ConnectCallback on_done);
  virtual ~Connector() = default;
  // From when it has called back with a reason.
  virtual const ConnectFailure& failure() const = 0;
  // Connected, and in the TLS handshake.
  virtual bool in_handshake() const = 0;
};

// What the server of `stream`, which a connector made, gave to resume its session; null if nothing.
std::unique_ptr<tls::ResumptionTicket> TicketOf(const ByteStream& stream);

}  // namespace sluice::transport
