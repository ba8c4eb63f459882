#include "app/take_snapshot.h"

#include <algorithm>

#include "app/books.h"
#include "app/process_metrics.h"
#include "app/storage_wear.h"

namespace sluice::app {
namespace {

std::string UplinkOf(const config::Config& config, const journal::Cursor& cursor) {
  const auto route = std::find_if(config.routes.begin(), config.routes.end(),
                                  [&](const auto& r) { return r.name == cursor.route(); });
  return route == config.routes.end() ? std::string() : route->to;
}

admin::StreamSnapshot Of(const journal::Stream& stream, const config::Config& config) {
  const journal::StreamStatus status = stream.status();
  admin::StreamSnapshot snapshot{.name = stream.name(),
                                 .accepted = status.next_offset,
                                 .committed = status.committed_offset,
                                 .first_offset = status.first_offset,
                                 .stored_bytes = status.stored_bytes,
                                 .max_bytes = stream.max_bytes(),
                                 .segments = status.segments,
                                 .dirty_bytes = status.dirty_bytes,
                                 .last_write = status.last_failure,
                                 .evicted = status.evicted_events,
                                 .quarantined = status.quarantined};
  for (const auto& cursor : stream.cursors()) {
    snapshot.routes.push_back(
        {cursor->route(), UplinkOf(config, *cursor), BooksOf(stream, *cursor)});
  }
  return snapshot;
}

admin::MemorySnapshot MemoryOf(const SnapshotParts& parts) {
  const broker::Broker& broker = parts.server.broker();
  const config::MemoryPlan& plan = parts.plan;
  return {.resident_bytes = ResidentBytes(),
          .limit_bytes = parts.config.gateway.memory_limit,
          .budgets = {{"retained", broker.retained_bytes(), plan.retained_bytes},
                      {"subscriptions", broker.subscription_bytes(), plan.subscription_bytes},
                      {"input", parts.server.input_bytes(), plan.input_bytes},
                      {"outgoing", parts.server.outgoing_bytes(), plan.outgoing_bytes}}};
}

admin::StateSnapshot StateOf(const SnapshotParts& parts) {
  const broker::Broker& broker = parts.server.broker();
  return {.enabled = parts.state != nullptr,
          .file_bytes = parts.state == nullptr ? 0 : parts.state->file_bytes(),
          .retained_messages = broker.retained_messages(),
          .waiting_changes = broker.retained_waiting()};
}

}  // namespace

admin::Snapshot TakeSnapshot(const SnapshotParts& parts, Duration uptime) {
  const broker::Broker& broker = parts.server.broker();
  admin::Snapshot snapshot{.gateway = parts.config.gateway.id,
                           .version = SLUICE_VERSION,
                           .uptime = uptime,
                           .clients = {.connected = broker.connected_clients(),
                                       .detached_sessions = broker.detached_sessions(),
                                       .subscriptions = broker.subscriptions()},
                           .certificates = parts.certificates.certificates(),
                           .memory = MemoryOf(parts),
                           .state = StateOf(parts),
                           .written_bytes = WrittenBytes(),
                           .clock = {parts.clock.trusted(), parts.clock.why()},
                           .health = parts.health.state(),
                           .problems = parts.health.problems()};
  for (const auto& stream : parts.journal.streams()) {
    snapshot.streams.push_back(Of(*stream, parts.config));
  }
  for (const auto& forwarder : parts.forwarders) {
    snapshot.uplinks.push_back({forwarder->name(), forwarder->url(), forwarder->connected()});
  }
  for (const auto& listener : parts.server.listeners()) {
    snapshot.listeners.push_back({listener->address(), listener->connections(),
                                  listener->half_open(), listener->metrics().accepted.value()});
  }
  return snapshot;
}

}  // namespace sluice::app
