#include "admin/status_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>

#include "admin/duration_text.h"
#include "base/log.h"
#include "base/rfc3339.h"

namespace sluice::admin {
namespace {

template <typename... Args>
void Append(std::string* out, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(*out), format, std::forward<Args>(args)...);
}

// Certificates of things that never change end in 9999, which 64 bits of nanoseconds do not reach.
WallTime WallTimeOf(int64_t unix_seconds) {
  const auto last = std::chrono::floor<std::chrono::seconds>(WallTime::max().time_since_epoch());
  return WallTime(std::min(std::chrono::seconds(unix_seconds), last));
}

void AppendRoute(const RouteSnapshot& route, std::string* out) {
  const RouteBooks& books = route.books;
  Append(out, "  route {}: accepted {}", route.name, books.accepted);
  if (books.replayed > 0) Append(out, " + replayed {}", books.replayed);
  const char* sign = "=";
  for (const BookTerm& term : kBookTerms) {
    Append(out, " {} {} {}", sign, term.words, books.*term.value);
    sign = "+";
  }
  if (books.origin == 0) {
    *out += ", since the stream was made\n";
  } else {
    Append(out, ", since offset {}\n", books.origin);
  }
  if (books.difference > 0) {
    Append(out, "    these books did not add up at the start, by {} events: see the log\n",
           books.difference);
  }
  if (route.replaying_until) {
    Append(out, "    a replay: what it sends below offset {} it had sent before\n",
           *route.replaying_until);
  }
  if (route.oldest_pending) {
    Append(out, "    the oldest waits for {}\n", DurationText(*route.oldest_pending));
  }
  if (!route.passed_per_second) return;
  Append(out, "    passes {:.1f} events a second", *route.passed_per_second);
  if (route.empty_in) Append(out, ", nothing waits any more in {}", DurationText(*route.empty_in));
  *out += '\n';
}

void AppendPace(const StreamSnapshot& stream, std::string* out) {
  if (!stream.accepted_per_second) return;
  Append(out, "  pace: {:.1f} events a second", *stream.accepted_per_second);
  if (stream.full_in) Append(out, ", full in {}", DurationText(*stream.full_in));
  *out += '\n';
}

void AppendStream(const StreamSnapshot& stream, std::string* out) {
  Append(out,
         "stream {}: accepted {}, committed {}, since it was made\n"
         "  now: stored from offset {} on, {} bytes in {} segments; last write: {}\n"
         "  since the start: evicted or dropped {}, quarantined {} segments\n",
         stream.name, stream.accepted, stream.committed, stream.first_offset, stream.stored_bytes,
         stream.segments, stream.last_write.ToString(), stream.evicted, stream.quarantined);
  if (stream.kept_events > 0) {
    Append(out, "  can be replayed: {} events that every route has passed, {} bytes\n",
           stream.kept_events, stream.kept_bytes);
  }
  AppendPace(stream, out);
  for (const RouteSnapshot& route : stream.routes) AppendRoute(route, out);
}

void AppendUplink(const UplinkSnapshot& uplink, std::string* out) {
  Append(out, "uplink {}: {}", uplink.name, uplink.connected ? "connected" : "not connected");
  if (!uplink.server.empty()) Append(out, " to {}", uplink.server);
  if (uplink.since) Append(out, " for {}", DurationText(*uplink.since));
  if (!uplink.last_error.empty()) {
    Append(out, "; last error {} ago: {}", DurationText(uplink.last_error_age), uplink.last_error);
  }
  *out += '\n';
}

void AppendEdges(const Snapshot& snapshot, std::string* out) {
  for (const UplinkSnapshot& uplink : snapshot.uplinks) AppendUplink(uplink, out);
  for (const ListenerSnapshot& listener : snapshot.listeners) {
    Append(out, "listener {}: {} connections, {} of them half-open; accepted {} since the start\n",
           listener.address, listener.connections, listener.half_open, listener.accepted);
  }
  for (const CertificateSnapshot& certificate : snapshot.certificates) {
    Append(out, "certificate of {}, {}: ends ", certificate.part, certificate.use);
    AppendRfc3339(WallTimeOf(certificate.not_after_unix_seconds), out);
    *out += '\n';
  }
}

void AppendDevices(const DevicesSnapshot& devices, std::string* out) {
  if (devices.watched == 0) return;
  Append(out, "devices: {} watched for silence, {} of them silent", devices.watched,
         devices.silent);
  const char* separator = ": ";
  for (const SilentDeviceSnapshot& device : devices.longest_silent) {
    Append(out, "{}{} for {}", separator, Printable(device.device), DurationText(device.for_long));
    separator = ", ";
  }
  *out += devices.longest_silent.size() < devices.silent ? ", …\n" : "\n";
}

void AppendMemory(const MemorySnapshot& memory, std::string* out) {
  Append(out, "memory: {} bytes resident, limit {}", memory.resident_bytes, memory.limit_bytes);
  for (const BudgetSnapshot& budget : memory.budgets) {
    Append(out, "; {} {} of {}", budget.name, budget.used_bytes, budget.limit_bytes);
  }
  *out += '\n';
}

void AppendState(const StateSnapshot& state, std::string* out) {
  if (!state.enabled) return Append(out, "state: switched off\n");
  Append(out, "state: {} retained messages, {} changes not written yet, file of {} bytes\n",
         state.retained_messages, state.waiting_changes, state.file_bytes);
}

void AppendStorage(const Snapshot& snapshot, std::string* out) {
  if (!snapshot.written_bytes) {
    return Append(out, "storage: the kernel does not count what is written\n");
  }
  Append(out, "storage: {} bytes written since the start", *snapshot.written_bytes);
  const std::optional<uint64_t> a_day = WrittenBytesPerDay(snapshot);
  if (a_day) Append(out, ", {} a day at this pace", *a_day);
  *out += '\n';
}

}  // namespace

std::string StatusText(const Snapshot& snapshot) {
  std::string out;
  Append(&out, "gateway {}: up {} s, {} clients, {} detached sessions\n", snapshot.gateway,
         std::chrono::duration_cast<std::chrono::seconds>(snapshot.uptime).count(),
         snapshot.clients.connected, snapshot.clients.detached_sessions);
  for (const StreamSnapshot& stream : snapshot.streams) AppendStream(stream, &out);
  AppendEdges(snapshot, &out);
  AppendDevices(snapshot.devices, &out);
  AppendMemory(snapshot.memory, &out);
  AppendState(snapshot.state, &out);
  AppendStorage(snapshot, &out);
  Append(&out, "clock: {}\n", snapshot.clock.why);
  out += "health: " + HealthText(snapshot.health, snapshot.problems);
  return out;
}

}  // namespace sluice::admin
