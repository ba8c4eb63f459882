#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "transport/byte_budget.h"
#include "transport/listener_metrics.h"
#include "transport/stream_limits.h"

namespace sluice::transport {

// What the streams of one listener (or one connector) share; they keep it alive. Internal to
// transport.
struct StreamContext {
  StreamLimits limits;
  std::optional<ListenerMetrics> metrics;    // none: nobody counts (connectors)
  std::shared_ptr<ByteBudget> input_budget;  // null: no bound over all connections
  std::shared_ptr<ByteBudget> output_budget;
  size_t connections = 0;

  void AddConnections(int difference) {
    connections += static_cast<size_t>(difference);
    if (metrics) metrics->connections.Add(difference);
  }
};

}  // namespace sluice::transport
