#include "config/memory_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/config.h"
#include "server/local_events.h"

namespace sluice::config {
namespace {

size_t Clamp(uint64_t value, size_t low, size_t high) {
  return static_cast<size_t>(std::clamp<uint64_t>(value, low, high));
}

bool AnyTls(const Config& config) {
  return std::any_of(config.listeners.begin(), config.listeners.end(),
                     [](const ListenerConfig& l) { return !l.plaintext; });
}

size_t BytesPerConnection(const Config& config) {
  const bool any_websocket =
      std::any_of(config.listeners.begin(), config.listeners.end(),
                  [](const ListenerConfig& l) { return l.websocket.has_value(); });
  return (AnyTls(config) ? kBytesPerTlsConnection : kBytesPerPlainConnection) +
         (any_websocket ? kBytesPerWebSocket : 0);
}

// Batches being read and built, and the window's publishes in the client library's queue.
size_t BytesOfRoutes(const Config& config) {
  constexpr size_t kReadBytes = 128 << 10;
  size_t bytes = 0;
  for (const RouteConfig& route : config.routes) {
    bytes += kReadBytes + 2 * route.batch.max_bytes + route.window.max_bytes;
  }
  return bytes;
}

constexpr uint64_t kMaxQueuedBytes = 256 << 20;  // of all local subscribers
constexpr uint64_t kMaxInputBytes = 256 << 20;

// A ring that grows by doubling holds half as much again for a moment.
constexpr size_t kBytesPerAck = 48 + 24;

// Unless it is written, a little of a small limit, which has to hold the connections first, and an
// eighth of what it has beyond that.
size_t SubscriptionBytes(const Config& config) {
  constexpr uint64_t kSmall = 48 << 20;
  const uint64_t limit = config.gateway.memory_limit;
  const uint64_t wanted = config.limits.subscription_bytes;
  if (wanted != 0) return Clamp(wanted, 4096, std::max<uint64_t>(limit / 4, 4096));
  return Clamp(limit / 96 + (limit > kSmall ? (limit - kSmall) / 8 : 0), 128 << 10, 64 << 20);
}

// Connections beyond the clients, for those of whom it is not known yet who they are.
size_t Newcomers(size_t clients, const Config& config) {
  return std::min(Clamp(clients / 32, 1, 1 << 20),
                  static_cast<size_t>(config.limits.max_half_open));
}

size_t WithNewcomers(size_t clients, const Config& config) {
  return clients + Newcomers(clients, config);
}

// All that is bounded over all connections, streams and subscribers, every budget full.
uint64_t BytesOfShares(const MemoryPlan& plan, const Config& config) {
  const uint64_t per_stream = 2 * plan.dirty_bytes_per_stream + plan.pending_acks * kBytesPerAck +
                              (config.gateway.local_events ? server::LocalEvents::kReadBytes : 0);
  return kBytesOfProgram + per_stream * config.streams.size() + plan.broker_queued_bytes +
         plan.retained_bytes + plan.will_bytes + plan.subscription_bytes + plan.session_bytes +
         plan.input_bytes + plan.outgoing_bytes + plan.device_state_bytes + BytesOfRoutes(config) +
         BytesOfState(config) + BytesOfIdentities(config);
}

std::vector<LoweredLimit> LoweredLimits(const Config& config, const MemoryPlan& plan) {
  std::vector<LoweredLimit> lowered;
  // `part` is how much of the memory there may be for each.
  const auto add = [&](const char* key, uint64_t wanted, uint64_t given, uint64_t part,
                       uint64_t most) {
    if (given < wanted) lowered.push_back({key, wanted, given, wanted <= most ? part * wanted : 0});
  };
  add("limits.session_queue", config.limits.session_queue_bytes, plan.broker_queue_bytes_per_client,
      32, kMaxQueuedBytes);
  add("limits.retained", config.limits.retained_bytes, plan.retained_bytes, 32, UINT64_MAX / 32);
  add("limits.device_state", config.limits.device_state_bytes, plan.device_state_bytes, 32,
      UINT64_MAX / 32);
  add("limits.subscriptions", config.limits.subscription_bytes, plan.subscription_bytes, 4,
      UINT64_MAX / 32);
  return lowered;
}

}  // namespace

Result<MemoryPlan> PlanMemory(const Config& config) {
  const uint64_t limit = config.gateway.memory_limit;
  MemoryPlan plan;
  plan.dirty_bytes_per_stream = Clamp(limit / 96, 256 << 10, 4 << 20);
  plan.broker_queued_bytes = Clamp(limit / 32, 512 << 10, kMaxQueuedBytes);
  plan.broker_queue_bytes_per_client =
      Clamp(config.limits.session_queue_bytes, 1024, plan.broker_queued_bytes);
  plan.retained_bytes = Clamp(config.limits.retained_bytes, 0, limit / 32);
  plan.device_state_bytes = Clamp(config.limits.device_state_bytes, 0, limit / 32);
  plan.will_bytes = Clamp(limit / 192, 128 << 10, 1 << 20);
  plan.subscription_bytes = SubscriptionBytes(config);
  plan.session_bytes = Clamp(limit / 96, 128 << 10, 4 << 20);
  plan.pending_acks = Clamp(limit / 64 / kBytesPerAck, 1024, 16 << 10);
  // A few packets of the largest size at a time, whatever the limit is.
  const uint64_t two_packets = 2 * config.limits.max_packet_bytes;
  plan.input_bytes = Clamp(limit / 24, two_packets, std::max(two_packets, kMaxInputBytes));
  plan.outgoing_bytes = Clamp(limit / 48, 512 << 10, 128 << 20);
  plan.output_bytes_per_connection = static_cast<size_t>(config.limits.output_bytes);

  plan.lowered = LoweredLimits(config, plan);

  const uint64_t fixed = BytesOfShares(plan, config);
  const size_t each = BytesPerConnection(config);
  const uint64_t wanted = config.limits.max_connections;
  const uint64_t needed = fixed + WithNewcomers(std::max<uint64_t>(wanted, 1), config) * each;
  if (needed > limit) {
    return Status::InvalidArgument(fmt::format(
        "of {} MiB is too small: {} MiB of queues and {} connections of {} KiB need {} MiB; raise "
        "it, or lower limits.max_connections or the windows of the routes",
        limit >> 20, fixed >> 20, std::max<uint64_t>(wanted, 1), each >> 10, (needed >> 20) + 1));
  }
  if (wanted != 0) {
    plan.max_clients = static_cast<size_t>(wanted);
    plan.max_connections = WithNewcomers(plan.max_clients, config);
  } else {
    plan.max_connections = Clamp((limit - fixed) / each, 2, 1 << 20);
    plan.max_clients = plan.max_connections - Newcomers(plan.max_connections, config);
  }
  return plan;
}

void LimitConnections(size_t most, MemoryPlan* plan) {
  if (plan->max_connections <= most) return;
  plan->max_clients = std::max<size_t>(plan->max_clients * most / plan->max_connections, 1);
  plan->max_connections = most;
}

}  // namespace sluice::config
