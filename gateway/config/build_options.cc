#include "config/build_options.h"

#include <algorithm>
#include <chrono>

#include "base/env.h"
#include "tls/context.h"

namespace sluice::config {
namespace {

// Acknowledgements are all that is wanted from upstream; reason strings make them longer.
constexpr uint32_t kMaxPacketFromUpstream = 16 << 10;

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

session::Limits SessionLimits(const LimitsConfig& limits) {
  session::Limits out;
  out.connect_timeout = duration_cast<milliseconds>(limits.connect_timeout);
  out.max_packet_bytes = static_cast<uint32_t>(limits.max_packet_bytes);
  out.max_connect_bytes = std::min(out.max_connect_bytes, out.max_packet_bytes);
  out.receive_maximum = static_cast<uint16_t>(limits.receive_maximum);
  out.max_qos2_ids = std::max(out.max_qos2_ids, out.receive_maximum);
  out.max_session_expiry_seconds =
      static_cast<uint32_t>(duration_cast<seconds>(limits.session_expiry_max).count());
  return out;
}

}  // namespace

journal::Options JournalOptions(const Config& config) {
  journal::Options options;
  if (config.journal.max_bytes != 0) options.max_total_bytes = config.journal.max_bytes;
  options.min_free_bytes = config.journal.min_free;
  options.commit_linger = duration_cast<microseconds>(config.journal.commit_linger);
  return options;
}

std::vector<journal::StreamOptions> StreamOptions(const Config& config, const MemoryPlan& plan) {
  std::vector<journal::StreamOptions> all;
  for (const StreamConfig& stream : config.streams) {
    journal::StreamOptions& options = all.emplace_back();
    options.name = stream.name;
    for (const RouteConfig& route : config.routes) {
      if (route.from == stream.name) options.routes.push_back(route.name);
    }
    options.durability = stream.durability;
    options.sync_interval = duration_cast<milliseconds>(stream.interval);
    options.on_full = stream.on_full;
    options.max_bytes = stream.max_bytes;
    options.segment_bytes = stream.segment_bytes;
    options.max_quarantine_bytes = stream.max_quarantine;
    options.max_dirty_bytes = plan.dirty_bytes_per_stream;
    options.max_event_bytes = std::min<uint64_t>(
        {options.max_event_bytes, options.max_dirty_bytes / 4, options.segment_bytes / 4});
  }
  return all;
}

std::vector<broker::AccessRule> AccessRules(const AccessConfig& access) {
  broker::AccessRule base;
  base.effect =
      access.deny ? broker::AccessRule::Effect::kDeny : broker::AccessRule::Effect::kAllow;
  base.identity = access.identity;
  broker::AccessRule publish = base, subscribe = base, speaks_for = base;
  speaks_for.share = static_cast<uint32_t>(access.share);
  publish.publish = subscribe.subscribe = true;
  publish.topics = access.publish;
  subscribe.topics = access.subscribe;
  speaks_for.speaks_for = access.speaks_for;
  std::vector<broker::AccessRule> rules;
  if (!publish.topics.empty()) rules.push_back(std::move(publish));
  if (!subscribe.topics.empty()) rules.push_back(std::move(subscribe));
  if (!speaks_for.speaks_for.empty() || speaks_for.share != 0)
    rules.push_back(std::move(speaks_for));
  return rules;
}

std::vector<broker::AccessRule> AccessRules(const Config& config) {
  std::vector<broker::AccessRule> rules;
  for (const AccessConfig& access : config.access) {
    for (broker::AccessRule& rule : AccessRules(access)) rules.push_back(std::move(rule));
  }
  return rules;
}

ingest::IngestOptions IngestOptions(const Config& config, const MemoryPlan& plan) {
  ingest::IngestOptions options;
  options.gateway = config.gateway.id;
  options.max_pending_acks = plan.pending_acks;
  for (const StreamConfig& stream : config.streams) {
    if (stream.name == kDeadLetterStream) {
      options.dead_letter_stream = stream.name;
    } else {
      options.streams.push_back({stream.name, stream.topics});
    }
  }
  return options;
}

std::vector<std::string> EventStreams(const Config& config) {
  std::vector<std::string> names;
  for (const StreamConfig& stream : config.streams) {
    if (stream.name != kDeadLetterStream) names.push_back(stream.name);
  }
  return names;
}

server::ServerOptions ServerOptions(const Config& config, const MemoryPlan& plan) {
  server::ServerOptions options;
  options.gateway = config.gateway.id;
  options.session = SessionLimits(config.limits);
  options.broker.max_queue_bytes_per_client = plan.broker_queue_bytes_per_client;
  options.broker.max_message_bytes =
      plan.broker_queued_bytes + plan.retained_bytes + plan.will_bytes;
  options.broker.max_will_bytes = plan.will_bytes;
  options.broker.max_subscription_bytes = plan.subscription_bytes;
  options.broker.max_detached_bytes = plan.session_bytes;
  options.max_connections = plan.max_clients;
  options.broker.max_retained_bytes = plan.retained_bytes;
  options.max_open_connections = plan.max_connections;
  options.max_input_bytes = plan.input_bytes;
  options.max_outgoing_bytes = plan.outgoing_bytes;
  if (config.gateway.local_events) options.local_event_streams = EventStreams(config);
  return options;
}

tls::ServerConfig ServerTls(const ListenerConfig& listener) {
  tls::ServerConfig tls;
  tls.certificate_file = listener.tls.cert;
  tls.key_file = listener.tls.key;
  tls.client_ca_file = listener.tls.client_ca;
  tls.client_certificate = listener.tls.client_cert;
  return tls;
}

Result<server::ListenerSpec> ListenerSpec(const Config& config, const ListenerConfig& listener,
                                          const MemoryPlan& plan, const Clock& clock) {
  server::ListenerSpec spec;
  spec.transport.bind = listener.bind;
  spec.transport.limits.max_half_open = config.limits.max_half_open;
  spec.transport.limits.hello_timeout = config.limits.hello_timeout;
  spec.transport.limits.handshake_timeout = config.limits.handshake_timeout;
  spec.transport.limits.max_input_bytes = config.limits.max_packet_bytes + (128 << 10);
  spec.transport.limits.max_output_bytes = plan.output_bytes_per_connection;
  spec.transport.limits.output_high_bytes =
      std::min(spec.transport.limits.output_high_bytes, plan.output_bytes_per_connection / 2);
  spec.transport.limits.output_low_bytes =
      std::min(spec.transport.limits.output_low_bytes, plan.output_bytes_per_connection / 4);
  if (listener.anonymous) spec.anonymous_identity = kAnonymous;
  if (listener.plaintext) return spec;

  tls::ServerConfig tls = ServerTls(listener);
  tls.clock = &clock;
  auto context = tls::Context::NewServer(tls);
  if (!context.ok()) return context.status();
  spec.transport.tls = std::move(*context);
  return spec;
}

Result<std::string> ReadPasswordFile(const std::string& path) {
  auto text = ReadFileToString(Env::Posix(), path, 4096);
  if (!text.ok()) return text.status();
  return text->substr(0, text->find_first_of("\r\n"));
}

seconds UsedConnectTimeout(const UplinkConfig& uplink) {
  return std::max(seconds(1), duration_cast<seconds>(uplink.connect_timeout));
}

Result<uplink_paho::PahoOptions> UplinkOptions(const UplinkConfig& uplink) {
  uplink_paho::PahoOptions options;
  options.url = uplink.url;
  options.client_id = uplink.client_id;
  options.version = uplink.mqtt_version == 5 ? codec::Version::kV5 : codec::Version::kV311;
  options.username = uplink.username;
  options.ca_file = uplink.ca;
  options.cert_file = uplink.cert;
  options.key_file = uplink.key;
  options.keep_alive = duration_cast<seconds>(uplink.keep_alive);
  options.connect_timeout = UsedConnectTimeout(uplink);
  options.max_packet_bytes = kMaxPacketFromUpstream;
  if (!uplink.password_file.empty()) {
    auto password = ReadPasswordFile(uplink.password_file);
    if (!password.ok()) return password.status();
    options.password = std::move(*password);
  }
  if (Status status = uplink_paho::CheckPahoOptions(options); !status.ok()) return status;
  return options;
}

forward::UplinkConnectionOptions ConnectionOptions(const UplinkConfig& uplink) {
  forward::UplinkConnectionOptions options;
  options.name = uplink.name;
  options.backoff.initial = uplink.backoff_min;
  options.backoff.max = uplink.backoff_max;
  options.ack_timeout = uplink.ack_timeout;
  // Paho's own limit comes first, for each address that the name has; this is for when it does not.
  options.connect_timeout = 2 * uplink.connect_timeout + seconds(5);
  return options;
}

Result<forward::RouteOptions> RouteOptions(const Config& config, const RouteConfig& route) {
  auto topic = forward::TopicTemplate::Parse(route.topic);
  if (!topic.ok()) return topic.status();
  forward::RouteOptions options;
  options.name = route.name;
  options.gateway = config.gateway.id;
  options.stream = route.from;
  options.topic = std::move(*topic);
  options.format = route.format;
  options.max_batch_events = route.batch.max_events;
  options.max_batch_bytes = route.batch.max_bytes;
  options.linger = route.batch.linger;
  options.max_in_flight = route.window.max_publishes;
  options.max_in_flight_bytes = route.window.max_bytes;
  if (route.max_age.count() > 0) options.max_age = route.max_age;
  return options;
}

}  // namespace sluice::config
