#pragma once

#include <cstdint>

#include "config/toml_reader.h"
#include "server/server.h"
#include "session/limits.h"
#include "transport/stream_limits.h"

namespace sluice::config {

struct Config;
struct MemoryPlan;

// [limits]
struct LimitsConfig {
  uint64_t max_connections = 0;  // 0: as many as memory_limit holds
  uint64_t max_half_open = 128;
  uint64_t max_packet_bytes = 256 * 1024;
  uint64_t receive_maximum = 128;
  uint64_t session_queue_bytes = 1 << 20;
  uint64_t retained_bytes = 4 << 20;
  uint64_t output_bytes = 1 << 20;
  Duration hello_timeout = std::chrono::seconds(5);
  Duration handshake_timeout = std::chrono::seconds(10);
  Duration connect_timeout = std::chrono::seconds(10);
  Duration session_expiry_max = std::chrono::hours(24);
  bool operator==(const LimitsConfig&) const = default;
};

void Read(TableReader& t, LimitsConfig* limits);
// Whether gateway.memory_limit gives what they ask for.
void CheckLimits(const Config& config, Diagnostics* diagnostics);

session::Limits ToSessionLimits(const LimitsConfig& limits);
transport::StreamLimits ToStreamLimits(const LimitsConfig& limits, const MemoryPlan& plan);
server::ServerOptions ToServerOptions(const Config& config, const MemoryPlan& plan);

}  // namespace sluice::config
