#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/health.h"
#include "base/metrics.h"
#include "base/status.h"
#include "transport/admission.h"
#include "transport/byte_budget.h"
#include "transport/byte_stream.h"
#include "transport/listener_metrics.h"
#include "transport/loop.h"
#include "transport/stream_limits.h"
#include "transport/stream_upgrade.h"

namespace sluice::tls {
class Context;
}

namespace sluice::transport {

struct ListenerOptions {
  // "address:port" with a numeric address or "localhost", IPv6 in brackets: "0.0.0.0:8883",
  // "[::]:8883", which takes IPv4 as well. Port 0 takes any that is free. Or "unix:PATH": a socket
  // file, which is removed in the end; see UnixSocketFile for what may be in its place.
  std::string bind = {};
  mode_t socket_mode = 0660;               // of the socket file: who of this machine may come
  std::shared_ptr<tls::Context> tls = {};  // null: plaintext
  // What connections pass besides, in this order: what is not encrypted, what is.
  std::vector<StreamUpgrade::Maker> under_tls = {}, over_tls = {};
  StreamLimits limits = {};
  // What the connections, also those of other listeners, hold together of input that is not
  // consumed; one that waits for the rest of a large packet when it is used up is closed. Null: no
  // such bound.
  std::shared_ptr<ByteBudget> input_budget = {};
  // Likewise of output that is not taken; when it is used up, whoever has more than
  // limits.output_low_bytes counts as being above its high mark.
  std::shared_ptr<ByteBudget> output_budget = {};
  // Shared with other listeners: how many connections there may be in all. Null:
  // limits.max_connections of this listener alone.
  std::shared_ptr<Admission> admission = {};
  Health* health = nullptr;  // outlives the listener; null: nobody asks
  // Connections the kernel holds for us; it caps this at net.core.somaxconn. When they are more, a
  // device's attempt is lost and repeated a second later: those of an attack shall fit in.
  int backlog = 4096;
  std::string metric_label = {};  // value of the label listener="…"; empty: `bind`
};

// Accepts connections on the loop thread and leads them through the listener's upgrades. The
// callback gets each stream that came through, and must Start it (or destroy it) before
// the callback returns.
class Listener {
 public:
  using AcceptCallback = std::function<void(std::unique_ptr<ByteStream> stream)>;

  // Binds and listens. `loop` and `metrics` outlive the listener and its streams.
  static Result<std::unique_ptr<Listener>> Open(Loop& loop, ListenerOptions options,
                                                Metrics& metrics, AcceptCallback on_accept);
  // Accepts no more and drops connections that are not through; streams already handed out live
  // on.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  const std::string& address() const;  // "127.0.0.1:43211", the port it got; or as `bind`
  uint16_t port() const;
  // Of handshakes that begin from now on; those under way end with what they began with. Only for a
  // listener that has one.
  void SetTls(std::shared_ptr<tls::Context> tls);
  const std::shared_ptr<tls::Context>& tls() const;  // null: plaintext
  size_t half_open() const;                          // connections that are not through yet
  size_t connections() const;                        // half-open ones included
  const ListenerMetrics& metrics() const;

 private:
  class Impl;
  explicit Listener(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::transport
