#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/status.h"
#include "tls/engine.h"
#include "transport/byte_stream.h"
#include "transport/loop.h"
#include "transport/stream_limits.h"
#include "transport/tunnel.h"

namespace sluice::tls {
class Context;
}  // namespace sluice::tls

namespace sluice::transport {

// The client's side of a stream, for uplinks, for commands that ask a gateway, and for tests and
// the benchmark's clients.
//
// A chain like a listener's (see StreamUpgrade), each step taking what the one before has made:
// socket ▸ proxy? ▸ TLS? ▸ WebSocket?
struct ConnectOptions {
  std::string address = {};  // as ListenerOptions::bind; the proxy's, if any
  std::optional<ProxyTunnel> proxy = {};
  std::shared_ptr<tls::Context> tls = {};         // a client context; null: plaintext
  const tls::ResumptionTicket* resume = nullptr;  // used before Connect returns
  std::optional<WebSocketRequest> websocket = {};
  StreamLimits limits = {};
};

// Where an attempt is.
enum class ConnectStage : uint8_t { kSocket, kProxy, kTls, kWebSocket };

// Why no connection was made.
struct ConnectFailure {
  int error = 0;                           // kSocket: of the system, ECONNREFUSED, …
  tls::Failure tls = tls::Failure::kNone;  // kTls: what the handshake met
  bool handshake_timed_out = false;
  // kProxy, kWebSocket.
  int http_status = 0;    // 0: the answer was not HTTP
  bool answered = false;  // the peer said something before it ended
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
  virtual ConnectStage stage() const = 0;
};

// What the server of `stream`, which a connector made, gave to resume its session; null if nothing.
std::unique_ptr<tls::ResumptionTicket> TicketOf(const ByteStream& stream);

}  // namespace sluice::transport
