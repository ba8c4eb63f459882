#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "base/status.h"
#include "transport/admission.h"
#include "transport/byte_budget.h"
#include "transport/input_buffer.h"
#include "transport/listener_metrics.h"
#include "transport/stream_limits.h"

namespace sluice::tls {
class Context;
}

namespace sluice::transport {

// What the streams of one listener (or one connector) share; they keep it alive. Internal to
// transport.
struct StreamContext {
  StreamLimits limits;
  // A listener's: for the handshakes that begin from now on. Null: plaintext, or a connector.
  std::shared_ptr<tls::Context> tls;
  std::optional<ListenerMetrics> metrics;    // none: nobody counts (connectors)
  std::shared_ptr<ByteBudget> input_budget;  // null: no bound over all connections
  std::shared_ptr<ByteBudget> output_budget;
  std::shared_ptr<Admission> admission;  // null: nobody has to give way (connectors)
  size_t connections = 0;

  void AddConnection() {
    ++connections;
    if (metrics) metrics->connections.Add(1);
    if (admission) admission->Add();
  }
  void RemoveConnection() {
    --connections;
    if (metrics) metrics->connections.Add(-1);
    if (admission) admission->Remove();
  }

  // Whether a connection that is read may go on with what its handler has left: the start of a
  // packet whose rest does not come.
  Status JudgeKept(const InputBuffer& input) {
    if (input.over_budget()) {
      if (metrics) metrics->input_shortages.Add();
      return {StatusCode::kResourceExhausted, "the memory for unread input is used up"};
    }
    if (input.size() < limits.max_input_bytes) return Status::Ok();
    if (metrics) metrics->input_overflows.Add();
    return {StatusCode::kResourceExhausted, "too much input waits for the rest of a packet"};
  }
};

}  // namespace sluice::transport
