#pragma once

#include <cstddef>
#include <optional>

#include "transport/listener_metrics.h"
#include "transport/stream_limits.h"

namespace sluice::transport {

// What the streams of one listener (or one connector) share; they keep it alive. Internal to
// transport.
struct StreamContext {
  StreamLimits limits;
  std::optional<ListenerMetrics> metrics;  // none: nobody counts (connectors)
  size_t connections = 0;

  void AddConnections(int difference) {
    connections += static_cast<size_t>(difference);
    if (metrics) metrics->connections.Add(difference);
  }
};

}  // namespace sluice::transport
