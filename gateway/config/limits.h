#pragma once

#include <cstdint>

#include "broker/limits.h"
#include "config/toml_reader.h"
#include "decode/decoder.h"
#include "identity/password_check.h"
#include "ingest/silence_watch.h"
#include "server/server.h"
#include "session/limits.h"
#include "transport/stream_limits.h"

namespace sluice::config {

struct Config;
struct MemoryPlan;

// [limits]
struct LimitsConfig {
  uint64_t max_connections = 0;  // 0: as many as memory_limit holds
  uint64_t max_half_open = transport::StreamLimits{}.max_half_open;
  uint64_t max_packet_bytes = session::Limits{}.max_packet_bytes;
  uint64_t max_connect_bytes = session::Limits{}.max_connect_bytes;
  uint64_t max_client_id_bytes = session::Limits{}.max_client_id_bytes;
  uint64_t max_topic_bytes = session::Limits{}.max_topic_bytes;
  uint64_t topic_levels = session::Limits{}.max_topic_levels;
  uint64_t receive_maximum = session::Limits{}.receive_maximum;
  uint64_t session_queue_bytes = 1 << 20;
  uint64_t retained_bytes = broker::Limits{}.max_retained_bytes;
  uint64_t subscription_bytes = 0;  // 0: by memory_limit
  uint64_t subscriptions_per_client = broker::Limits{}.max_subscriptions_per_client;
  uint64_t filters_per_packet = broker::Limits{}.max_filters_per_packet;
  uint64_t plus_shapes = broker::Limits{}.max_shapes_per_identity;
  uint64_t sessions = broker::Limits{}.max_detached_sessions;
  uint64_t control_burst = session::Limits{}.control_burst;
  uint64_t control_rate = session::Limits{}.control_per_second;
  uint64_t qos2_ids = session::Limits{}.max_qos2_ids;
  uint64_t in_flight = session::Limits{}.max_outbound_in_flight;
  uint64_t in_flight_bytes = session::Limits{}.max_outbound_bytes;
  uint64_t topic_aliases = session::Limits{}.topic_alias_maximum;
  uint64_t topic_alias_bytes = session::Limits{}.max_alias_bytes;
  uint64_t output_bytes = 1 << 20;
  uint64_t watched_devices = ingest::SilenceOptions{}.max_devices;
  uint64_t device_state_bytes = decode::Limits{}.max_state_bytes;
  uint64_t identities = 1000;
  uint64_t password_queue = identity::PasswordCheckOptions{}.max_waiting;
  uint64_t failed_logins = identity::PasswordCheckOptions{}.failures_at_once;
  Duration hello_timeout = transport::StreamLimits{}.hello_timeout;
  Duration handshake_timeout = transport::StreamLimits{}.handshake_timeout;
  Duration connect_timeout = session::Limits{}.connect_timeout;
  Duration session_expiry_max = std::chrono::seconds(session::Limits{}.max_session_expiry_seconds);
  bool operator==(const LimitsConfig&) const = default;
};

void Read(TableReader& t, LimitsConfig* limits);
// Whether gateway.memory_limit gives what they ask for.
void CheckLimits(const Config& config, Diagnostics* diagnostics);

session::Limits ToSessionLimits(const Config& config);
transport::StreamLimits ToStreamLimits(const LimitsConfig& limits, const MemoryPlan& plan);
identity::PasswordCheckOptions ToPasswordCheckOptions(const LimitsConfig& limits);
server::ServerOptions ToServerOptions(const Config& config, const MemoryPlan& plan);

}  // namespace sluice::config
