#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/status.h"
#include "transport/byte_stream.h"
#include "transport/loop.h"
#include "transport/stream_limits.h"

namespace sluice::tls {
class Context;
class ResumptionTicket;
}  // namespace sluice::tls

namespace sluice::transport {

// The client's side, for tests and the benchmark's clients (uplinks use Paho).
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

}  // namespace sluice::transport
