#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/status.h"

namespace sluice::config {

struct Config;

// A configured limit that is more than its share of gateway.memory_limit.
struct LoweredLimit {
  const char* key;  // "limits.retained"
  uint64_t wanted;  // bytes, as configured
  uint64_t given;
  uint64_t memory_needed;  // gateway.memory_limit with which it would be given that; 0: none would
};

// How gateway.memory_limit is shared out: every queue gets its bound in bytes from here, and what
// is left decides how many connections there can be. Bounds, not reservations.
struct MemoryPlan {
  size_t dirty_bytes_per_stream =
      0;  // journal::StreamOptions::max_dirty_bytes; a stream uses twice this
  size_t broker_queued_bytes = 0;  // all local subscribers together
  size_t broker_queue_bytes_per_client = 0;
  size_t retained_bytes = 0;
  size_t will_bytes = 0;
  size_t subscription_bytes = 0;
  size_t session_bytes = 0;   // of clients that are away
  size_t pending_acks = 0;    // messages of a stream that wait for their commit
  size_t input_bytes = 0;     // not consumed yet, all connections together
  size_t outgoing_bytes = 0;  // on its way to local subscribers, all together
  size_t output_bytes_per_connection = 0;
  size_t device_state_bytes = 0;  // what decoders remember of devices
  // Clients, and connections: some more, so that those who come can say who they are before
  // somebody else has to give way.
  size_t max_clients = 0;
  size_t max_connections = 0;
  std::vector<LoweredLimit> lowered = {};
};

// What a TLS connection holds while it is idle: mbedTLS's record buffers as Debian builds it, its
// session and ours. Measured, see the README.
inline constexpr size_t kBytesPerTlsConnection = 24 << 10;
inline constexpr size_t kBytesPerPlainConnection = 4 << 10;
// More where there are WebSockets: wslay's state of 9,440 bytes, and ours.
inline constexpr size_t kBytesPerWebSocket = 10 << 10;
// The program itself with its libraries, before the first connection; resident, see the README.
#if defined(__x86_64__)
inline constexpr size_t kBytesOfProgram = 11 << 20;
#else
inline constexpr size_t kBytesOfProgram = 17 << 19;
#endif

// Where there can be no more connections than `most`: as many clients fewer.
void LimitConnections(size_t most, MemoryPlan* plan);

// kInvalidArgument when the limit cannot hold what the configuration asks for: what is wrong with
// gateway.memory_limit, going on from there. None for a configuration that was checked.
Result<MemoryPlan> PlanMemory(const Config& config);

}  // namespace sluice::config
