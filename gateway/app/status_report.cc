#include "app/status_report.h"

#include <fmt/format.h>

#include <chrono>
#include <iterator>

#include "app/storage_wear.h"
#include "base/label.h"

namespace sluice::app {
namespace {

using journal::Books;
using journal::Cursor;
using journal::Stream;

uint64_t PendingOf(const Stream& stream, const Cursor& cursor) {
  return stream.next_offset() - cursor.offset();
}

void AppendStream(const Stream& stream, std::string* out) {
  const journal::StreamStatus status = stream.status();
  fmt::format_to(std::back_inserter(*out),
                 "stream {}: accepted {}, committed {}, since it was made\n"
                 "  now: stored from offset {} on, {} bytes in {} segments; last write: {}\n"
                 "  since the start: evicted or dropped {}, quarantined {} segments\n",
                 stream.name(), status.next_offset, status.committed_offset, status.first_offset,
                 status.stored_bytes, status.segments, status.last_failure.ToString(),
                 status.evicted_events, status.quarantined);
  for (const auto& cursor : stream.cursors()) {
    const Books& books = cursor->books();
    fmt::format_to(
        std::back_inserter(*out),
        "  route {}: accepted {} = acknowledged {} + pending {} + dead-lettered {} + expired {} + "
        "evicted {}, since {}\n",
        cursor->route(), stream.next_offset() - books.origin, books.acknowledged,
        PendingOf(stream, *cursor), books.dead_lettered, books.expired, books.evicted,
        books.origin == 0 ? std::string("the stream was made")
                          : fmt::format("offset {}", books.origin));
  }
}

}  // namespace

std::string StatusReport(const std::string& gateway, Duration uptime, journal::Journal& journal,
                         const server::Server& server, const Health& health,
                         const ClockTrust& clock,
                         const std::vector<std::unique_ptr<Upstream>>& upstreams) {
  std::string out;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(uptime).count();
  fmt::format_to(std::back_inserter(out), "gateway {}: up {} s, {} clients, {} detached sessions\n",
                 gateway, seconds, server.broker().connected_clients(),
                 server.broker().detached_sessions());
  for (const auto& stream : journal.streams()) AppendStream(*stream, &out);
  for (const auto& upstream : upstreams) {
    fmt::format_to(std::back_inserter(out), "uplink {}: {}\n", upstream->name(),
                   upstream->connected() ? "connected" : "not connected");
  }
  fmt::format_to(std::back_inserter(out), "clock: {}\n", clock.why());
  out += WearText(WrittenBytes(), uptime) + "\n";
  out += "health: " + health.Text();
  return out;
}

void RegisterBookMetrics(journal::Journal& journal, Metrics& metrics) {
  for (const auto& owned : journal.streams()) {
    const Stream* const stream = owned.get();
    const std::string label = Label("stream", stream->name());
    metrics.AddCallback("sluice_stream_accepted_events_total",
                        "Events accepted into the stream since it was made: its next offset.",
                        label, [stream] { return static_cast<double>(stream->next_offset()); });
    metrics.AddCallback(
        "sluice_stream_committed_events_total",
        "Events of the stream that are synced to the disk: every one below this offset.", label,
        [stream] { return static_cast<double>(stream->committed_offset()); });
    for (const auto& cursor_owned : stream->cursors()) {
      const Cursor* const cursor = cursor_owned.get();
      const std::string labels = label + "," + Label("route", cursor->route());
      const auto add = [&](std::string_view name, std::string_view help, uint64_t Books::*term) {
        metrics.AddCallback(name, help, labels,
                            [cursor, term] { return static_cast<double>(cursor->books().*term); });
      };
      add("sluice_route_acknowledged_events_total", "Events that the uplink has acknowledged.",
          &Books::acknowledged);
      add("sluice_route_dead_lettered_events_total", "Events that the uplink refused for good.",
          &Books::dead_lettered);
      add("sluice_route_expired_events_total", "Events older than the route's max_age.",
          &Books::expired);
      add("sluice_route_evicted_events_total", "Events that the route met as gaps.",
          &Books::evicted);
      metrics.AddCallback(
          "sluice_route_pending_events", "Events that the route has not done with.", labels,
          [stream, cursor] { return static_cast<double>(PendingOf(*stream, *cursor)); });
    }
  }
}

}  // namespace sluice::app
