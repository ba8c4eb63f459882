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

// The client's side, for commands that ask a gateway, for tests and the benchmark's clients
// (uplinks use Paho).
struct ConnectOptions {
  std::string address = {};                       // as ListenerOptions::bind
  std::shared_ptr<tls::Context> tls = {};         // a client context; null: plaintext
  const tls::ResumptionTicket* resume = nullptr;  // used before Connect returns
  StreamLimits limits = {};                       // handshake_timeout covers connecting, too
};

using ConnectCallback = std::function<void(Result<std::unique_ptr<ByteStream>>)>;

// Connects in the background and calls back once, from the loop, with a stream that is ready (and
// must be started or destroyed before the callback returns) or the reason. Destroying the result
// gives up silently.
class Connector {
 public:
  static std::unique_ptr<Connector> Connect(Loop& loop, ConnectOptions options,
                                            ConnectCallback on_done);
  virtual ~Connector() = default;
};

// What the server of `stream`, which a connector made, gave to resume its session; null if nothing.
std::unique_ptr<tls::ResumptionTicket> TicketOf(const ByteStream& stream);

}  // namespace sluice::transport
