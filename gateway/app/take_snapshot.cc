#include "app/take_snapshot.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "app/books.h"
#include "app/process_metrics.h"
#include "app/storage_wear.h"
#include "base/label.h"

namespace sluice::app {
namespace {

std::string UplinkOf(const config::Config& config, const journal::Cursor& cursor) {
  const auto route = std::find_if(config.routes.begin(), config.routes.end(),
                                  [&](const auto& r) { return r.name == cursor.route(); });
  return route == config.routes.end() ? std::string() : route->to;
}

// The route tells it in a metric, in seconds; 0 when nothing waits or it was not read yet.
std::optional<Duration> OldestPending(const Metrics& metrics, const std::string& route) {
  const auto seconds = metrics.Value("sluice_route_oldest_pending_seconds", Label("route", route));
  if (!seconds || *seconds <= 0) return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*seconds));
}

admin::StreamSnapshot Of(const journal::Stream& stream, const SnapshotParts& parts) {
  const journal::StreamStatus status = stream.status();
  admin::StreamSnapshot snapshot{.name = stream.name(),
                                 .accepted = status.next_offset,
                                 .committed = status.committed_offset,
                                 .first_offset = status.first_offset,
                                 .stored_bytes = status.stored_bytes,
                                 .kept_bytes = status.kept_bytes,
                                 .kept_events = status.kept_events,
                                 .max_bytes = stream.max_bytes(),
                                 .segments = status.segments,
                                 .dirty_bytes = status.dirty_bytes,
                                 .last_write = status.last_failure,
                                 .evicted = status.evicted_events,
                                 .quarantined = status.quarantined};
  snapshot.accepted_per_second = parts.paces.Accepted(stream);
  snapshot.full_in = admin::FullIn(snapshot, parts.paces.Grown(stream));
  for (const auto& cursor : stream.cursors()) {
    admin::RouteSnapshot route{.name = cursor->route(),
                               .uplink = UplinkOf(parts.config, *cursor),
                               .books = BooksOf(stream, *cursor),
                               .oldest_pending = OldestPending(parts.metrics, cursor->route()),
                               .passed_per_second = parts.paces.Passed(stream, *cursor)};
    if (cursor->books().IsReplaying()) route.replaying_until = cursor->books().replay_end;
    route.empty_in = admin::EmptyIn(route, snapshot.accepted_per_second);
    snapshot.routes.push_back(std::move(route));
  }
  return snapshot;
}

admin::UplinkSnapshot Of(const Forwarder& forwarder, const SnapshotParts& parts,
                         MonotonicTime now) {
  admin::UplinkSnapshot snapshot{
      .name = forwarder.name(), .url = forwarder.url(), .connected = forwarder.connected()};
  for (const auto& history : parts.uplinks) {
    if (history->name != snapshot.name) continue;
    if (history->since) snapshot.since = now - *history->since;
    snapshot.server = history->server;
    snapshot.last_error = history->last_error;
    snapshot.last_reason = history->last_reason;
    snapshot.last_error_age = now - history->last_error_at;
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

admin::DevicesSnapshot DevicesOf(const ingest::SilenceWatch& silence) {
  constexpr size_t kNamed = 20;
  admin::DevicesSnapshot snapshot{.watched = silence.watched(), .silent = silence.silent()};
  for (const auto& device : silence.LongestSilent(kNamed)) {
    snapshot.longest_silent.push_back(
        {std::string(device.device), std::string(device.profile), device.for_long});
  }
  return snapshot;
}

}  // namespace

admin::Snapshot TakeSnapshot(const SnapshotParts& parts, MonotonicTime now, Duration uptime) {
  const broker::Broker& broker = parts.server.broker();
  admin::Snapshot snapshot{.gateway = parts.config.gateway.id,
                           .version = SLUICE_VERSION,
                           .uptime = uptime,
                           .clients = {.connected = broker.connected_clients(),
                                       .detached_sessions = broker.detached_sessions(),
                                       .subscriptions = broker.subscriptions()},
                           .devices = DevicesOf(parts.silence),
                           .certificates = parts.certificates.certificates(),
                           .memory = MemoryOf(parts),
                           .state = StateOf(parts),
                           .written_bytes = WrittenBytes(),
                           .clock = {parts.clock.trusted(), parts.clock.why()},
                           .health = parts.health.state(),
                           .problems = parts.health.problems()};
  for (const auto& stream : parts.journal.streams()) {
    snapshot.streams.push_back(Of(*stream, parts));
  }
  for (const auto& forwarder : parts.forwarders) {
    snapshot.uplinks.push_back(Of(*forwarder, parts, now));
  }
  for (const auto& listener : parts.server.listeners()) {
    snapshot.listeners.push_back({listener->address(), listener->connections(),
                                  listener->half_open(), listener->metrics().accepted.value()});
  }
  return snapshot;
}

}  // namespace sluice::app
