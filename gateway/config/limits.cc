#include "config/limits.h"

#include <fmt/format.h>

#include <algorithm>

#include "broker/topic_filter.h"
#include "codec/protocol.h"
#include "config/config.h"
#include "config/memory_plan.h"
#include "config/quantity.h"

namespace sluice::config {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

// The largest that MQTT can say (2.1.4), with its header.
constexpr uint64_t kMaxPacketBytes = codec::kMaxPacketBytes;
constexpr uint64_t kMaxFieldBytes = codec::kMaxFieldBytes;
// What arrives while a packet of the largest size is still to be consumed.
constexpr size_t kInputBeyondPacket = 128 << 10;

broker::Limits ToBrokerLimits(const Config& config, const MemoryPlan& plan) {
  broker::Limits limits;
  limits.max_subscriptions_per_client = config.limits.subscriptions_per_client;
  limits.max_filters_per_packet = config.limits.filters_per_packet;
  limits.max_filter_bytes = config.limits.max_topic_bytes;
  limits.max_filter_levels = config.limits.topic_levels;
  limits.control_characters = config.mqtt.control_characters;
  limits.shared_subscriptions = config.mqtt.shared_subscriptions;
  limits.maximum_qos = static_cast<codec::Qos>(config.mqtt.maximum_qos);
  limits.max_shapes_per_identity = config.limits.plus_shapes;
  limits.max_shapes = 8 * config.limits.plus_shapes;
  limits.max_detached_sessions = config.limits.sessions;
  limits.max_queue_bytes_per_client = plan.broker_queue_bytes_per_client;
  limits.max_message_bytes = plan.broker_queued_bytes + plan.retained_bytes + plan.will_bytes;
  limits.max_retained_bytes = plan.retained_bytes;
  limits.max_subscription_bytes = plan.subscription_bytes;
  limits.max_will_bytes = plan.will_bytes;
  limits.max_detached_bytes = plan.session_bytes;
  return limits;
}

}  // namespace

void Read(TableReader& t, LimitsConfig* limits) {
  t.Number("max_connections", 0, 1'000'000, &limits->max_connections);
  t.Number("max_half_open", 1, 100'000, &limits->max_half_open);
  t.Bytes("max_packet", 1024, &limits->max_packet_bytes, kMaxPacketBytes);
  t.Bytes("max_connect", 64, &limits->max_connect_bytes, kMaxPacketBytes);
  t.Bytes("max_client_id", 1, &limits->max_client_id_bytes, kMaxFieldBytes);
  t.Bytes("max_topic", 1, &limits->max_topic_bytes, kMaxFieldBytes);
  t.Number("topic_levels", 1, broker::kMaxFilterLevels, &limits->topic_levels);
  t.Number("receive_maximum", 1, 65'535, &limits->receive_maximum);
  t.Bytes("session_queue", 1024, &limits->session_queue_bytes);
  t.Number("in_flight", 1, 65'535, &limits->in_flight);
  t.Bytes("in_flight_bytes", 1024, &limits->in_flight_bytes, UINT32_MAX);
  t.Number("qos2_ids", 1, 65'535, &limits->qos2_ids);
  t.Number("topic_aliases", 0, 65'535, &limits->topic_aliases);
  t.Bytes("topic_alias_bytes", 0, &limits->topic_alias_bytes, UINT32_MAX);
  t.Number("control_burst", 1, 1'000'000, &limits->control_burst);
  t.Number("control_rate", 1, 1'000'000, &limits->control_rate);
  t.Bytes("retained", 0, &limits->retained_bytes);
  t.Bytes("subscriptions", 0, &limits->subscription_bytes);
  t.Number("subscriptions_per_client", 1, 10'000'000, &limits->subscriptions_per_client);
  t.Number("filters_per_packet", 1, 1'000'000, &limits->filters_per_packet);
  t.Number("plus_shapes", 1, 1'000'000, &limits->plus_shapes);
  t.Number("sessions", 1, 10'000'000, &limits->sessions);
  t.Bytes("output", 16 << 10, &limits->output_bytes);
  t.Bytes("device_state", 16 << 10, &limits->device_state_bytes);
  t.Number("watched_devices", 1, 1'000'000, &limits->watched_devices);
  t.Number("identities", 1, 100'000, &limits->identities);
  t.Number("password_queue", 1, 10'000, &limits->password_queue);
  t.Number("failed_logins", 0, 10'000, &limits->failed_logins);
  t.Time("hello_timeout", milliseconds(100), &limits->hello_timeout);
  t.Time("handshake_timeout", milliseconds(100), &limits->handshake_timeout);
  t.Time("connect_timeout", milliseconds(100), &limits->connect_timeout);
  t.Time("session_expiry_max", Duration(0), &limits->session_expiry_max);
}

void CheckLimits(const Config& config, Diagnostics* diagnostics) {
  const auto plan = PlanMemory(config);
  if (!plan.ok()) return diagnostics->Error("gateway.memory_limit", plan.status().message());
  for (const LoweredLimit& limit : plan->lowered) {
    if (!diagnostics->IsWritten(limit.key)) continue;  // as the documentation says of the default
    if (limit.memory_needed == 0) {
      diagnostics->Warning(fmt::format("{} of {} is lowered to {}, the most there can be",
                                       limit.key, FormatBytes(limit.wanted),
                                       FormatBytes(limit.given)));
      continue;
    }
    diagnostics->Warning(fmt::format(
        "{} of {} is lowered to {}, which is all that gateway.memory_limit of {} leaves it; raise "
        "memory_limit to {}, or write what there is",
        limit.key, FormatBytes(limit.wanted), FormatBytes(limit.given),
        FormatBytes(config.gateway.memory_limit), FormatBytes(limit.memory_needed)));
  }
}

session::Limits ToSessionLimits(const Config& config) {
  const LimitsConfig& limits = config.limits;
  session::Limits out;
  out.connect_timeout = duration_cast<milliseconds>(limits.connect_timeout);
  out.max_packet_bytes = static_cast<uint32_t>(limits.max_packet_bytes);
  out.max_connect_bytes =
      std::min(static_cast<uint32_t>(limits.max_connect_bytes), out.max_packet_bytes);
  out.max_client_id_bytes = static_cast<uint16_t>(limits.max_client_id_bytes);
  out.max_topic_bytes = static_cast<uint16_t>(limits.max_topic_bytes);
  out.max_topic_levels = static_cast<uint16_t>(limits.topic_levels);
  out.control_characters = config.mqtt.control_characters;
  out.max_keep_alive_seconds =
      static_cast<uint16_t>(std::chrono::ceil<seconds>(config.mqtt.server_keep_alive).count());
  out.receive_maximum = static_cast<uint16_t>(limits.receive_maximum);
  out.max_qos2_ids = std::max(static_cast<uint16_t>(limits.qos2_ids), out.receive_maximum);
  out.topic_alias_maximum = static_cast<uint16_t>(limits.topic_aliases);
  out.max_alias_bytes = static_cast<uint32_t>(limits.topic_alias_bytes);
  out.max_outbound_in_flight = static_cast<uint16_t>(limits.in_flight);
  out.max_outbound_bytes = static_cast<uint32_t>(limits.in_flight_bytes);
  out.control_burst = static_cast<uint32_t>(limits.control_burst);
  out.control_per_second = static_cast<uint32_t>(limits.control_rate);
  out.max_session_expiry_seconds =
      static_cast<uint32_t>(duration_cast<seconds>(limits.session_expiry_max).count());
  return out;
}

transport::StreamLimits ToStreamLimits(const LimitsConfig& limits, const MemoryPlan& plan) {
  const size_t output_bytes = plan.output_bytes_per_connection;
  transport::StreamLimits out;
  out.max_half_open = limits.max_half_open;
  out.hello_timeout = limits.hello_timeout;
  out.handshake_timeout = limits.handshake_timeout;
  out.max_input_bytes = limits.max_packet_bytes + kInputBeyondPacket;
  out.max_output_bytes = output_bytes;
  out.output_high_bytes = std::min(out.output_high_bytes, output_bytes / 2);
  out.output_low_bytes = std::min(out.output_low_bytes, output_bytes / 4);
  return out;
}

identity::PasswordCheckOptions ToPasswordCheckOptions(const LimitsConfig& limits) {
  return {.max_waiting = limits.password_queue,
          .failures_at_once = static_cast<uint32_t>(limits.failed_logins)};
}

server::ServerOptions ToServerOptions(const Config& config, const MemoryPlan& plan) {
  server::ServerOptions options;
  options.gateway = config.gateway.id;
  options.session = ToSessionLimits(config);
  options.capabilities = ToCapabilities(config.mqtt);
  options.sys_interval = config.mqtt.sys_interval;
  options.response_information = config.mqtt.response_information;
  options.broker = ToBrokerLimits(config, plan);
  options.max_connections = plan.max_clients;
  options.max_open_connections = plan.max_connections;
  options.max_input_bytes = plan.input_bytes;
  options.max_outgoing_bytes = plan.outgoing_bytes;
  options.client_log_level = config.gateway.log_clients;
  options.state = ToSavedStateOptions(config.state);
  if (config.gateway.local_events) options.local_event_streams = EventStreams(config);
  return options;
}

}  // namespace sluice::config
