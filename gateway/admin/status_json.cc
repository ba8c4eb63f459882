#include "admin/status_json.h"

#include <chrono>

#include "base/json_writer.h"

namespace sluice::admin {
namespace {

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

void MemberOrNull(JsonWriter& json, std::string_view key, std::optional<uint64_t> value) {
  json.Key(key);
  if (value) return json.Value(*value);
  json.Null();
}

void MemberOrNull(JsonWriter& json, std::string_view key, std::optional<double> value) {
  json.Key(key);
  if (value) return json.Value(*value);
  json.Null();
}

void SecondsOrNull(JsonWriter& json, std::string_view key, std::optional<Duration> value) {
  MemberOrNull(json, key, value ? std::optional(Seconds(*value)) : std::nullopt);
}

template <typename Items, typename Write>
void Array(JsonWriter& json, std::string_view key, const Items& items, Write write) {
  json.Key(key);
  json.BeginArray();
  for (const auto& item : items) {
    json.BeginObject();
    write(json, item);
    json.EndObject();
  }
  json.EndArray();
}

template <typename Item, typename Write>
void Object(JsonWriter& json, std::string_view key, const Item& item, Write write) {
  json.Key(key);
  json.BeginObject();
  write(json, item);
  json.EndObject();
}

void WriteRoute(JsonWriter& json, const RouteSnapshot& route) {
  json.Member("name", std::string_view(route.name));
  json.Member("uplink", std::string_view(route.uplink));
  json.Member("origin", route.books.origin);
  json.Member("accepted", route.books.accepted);
  json.Member("replayed", route.books.replayed);
  for (const BookTerm& term : kBookTerms) json.Member(term.key, route.books.*term.value);
  json.Member("books_difference", route.books.difference);
  MemberOrNull(json, "replaying_until", route.replaying_until);
  SecondsOrNull(json, "oldest_pending_seconds", route.oldest_pending);
  MemberOrNull(json, "passed_per_second", route.passed_per_second);
  SecondsOrNull(json, "empty_in_seconds", route.empty_in);
}

void WriteStream(JsonWriter& json, const StreamSnapshot& stream) {
  json.Member("name", std::string_view(stream.name));
  json.Member("accepted", stream.accepted);
  json.Member("committed", stream.committed);
  json.Member("first_offset", stream.first_offset);
  json.Member("stored_bytes", stream.stored_bytes);
  json.Member("max_bytes", stream.max_bytes);
  json.Member("kept_events", stream.kept_events);
  json.Member("kept_bytes", stream.kept_bytes);
  json.Member("segments", stream.segments);
  json.Member("dirty_bytes", stream.dirty_bytes);
  json.Member("evicted_since_start", stream.evicted);
  json.Member("quarantined_segments_since_start", stream.quarantined);
  json.Key("write_error");
  if (stream.last_write.ok()) {
    json.Null();
  } else {
    json.Value(stream.last_write.ToString());
  }
  MemberOrNull(json, "accepted_per_second", stream.accepted_per_second);
  SecondsOrNull(json, "full_in_seconds", stream.full_in);
  Array(json, "routes", stream.routes, WriteRoute);
}

void WriteUplink(JsonWriter& json, const UplinkSnapshot& uplink) {
  json.Member("name", std::string_view(uplink.name));
  json.Member("url", std::string_view(uplink.url));
  json.Member("connected", uplink.connected);
  SecondsOrNull(json, "since_seconds", uplink.since);
  json.Key("server");
  uplink.server.empty() ? json.Null() : json.Value(std::string_view(uplink.server));
  json.Key("last_error");
  if (uplink.last_error.empty()) {
    json.Null();
    json.Key("last_error_reason");
    json.Null();
    return SecondsOrNull(json, "last_error_age_seconds", std::nullopt);
  }
  json.Value(std::string_view(uplink.last_error));
  json.Member("last_error_reason", uplink.last_reason);
  SecondsOrNull(json, "last_error_age_seconds", uplink.last_error_age);
}

void WriteListener(JsonWriter& json, const ListenerSnapshot& listener) {
  json.Member("address", std::string_view(listener.address));
  json.Member("connections", uint64_t{listener.connections});
  json.Member("half_open", uint64_t{listener.half_open});
  json.Member("accepted_since_start", listener.accepted);
}

void WriteCertificate(JsonWriter& json, const CertificateSnapshot& certificate) {
  json.Member("part", std::string_view(certificate.part));
  json.Member("certificate", certificate.use);
  json.Member("not_after_unix_seconds", certificate.not_after_unix_seconds);
}

void WriteSilent(JsonWriter& json, const SilentDeviceSnapshot& device) {
  json.Member("device", std::string_view(device.device));
  json.Member("profile", std::string_view(device.profile));
  json.Member("silent_seconds", Seconds(device.for_long));
}

void WriteDevices(JsonWriter& json, const DevicesSnapshot& devices) {
  json.Member("watched", uint64_t{devices.watched});
  json.Member("silent", uint64_t{devices.silent});
  Array(json, "longest_silent", devices.longest_silent, WriteSilent);
}

void WriteClients(JsonWriter& json, const ClientsSnapshot& clients) {
  json.Member("connected", uint64_t{clients.connected});
  json.Member("detached_sessions", uint64_t{clients.detached_sessions});
  json.Member("subscriptions", uint64_t{clients.subscriptions});
}

void WriteBudget(JsonWriter& json, const BudgetSnapshot& budget) {
  json.Member("name", budget.name);
  json.Member("used_bytes", uint64_t{budget.used_bytes});
  json.Member("limit_bytes", uint64_t{budget.limit_bytes});
}

void WriteMemory(JsonWriter& json, const MemorySnapshot& memory) {
  json.Member("resident_bytes", memory.resident_bytes);
  json.Member("limit_bytes", memory.limit_bytes);
  Array(json, "budgets", memory.budgets, WriteBudget);
}

void WriteState(JsonWriter& json, const StateSnapshot& state) {
  json.Member("enabled", state.enabled);
  json.Member("file_bytes", state.file_bytes);
  json.Member("retained_messages", uint64_t{state.retained_messages});
  json.Member("waiting_changes", uint64_t{state.waiting_changes});
}

void WriteStorage(JsonWriter& json, const Snapshot& snapshot) {
  MemberOrNull(json, "written_bytes_since_start", snapshot.written_bytes);
  MemberOrNull(json, "written_bytes_per_day", WrittenBytesPerDay(snapshot));
}

void WriteClock(JsonWriter& json, const ClockSnapshot& clock) {
  json.Member("trusted", clock.trusted);
  json.Member("why", std::string_view(clock.why));
}

void WriteProblem(JsonWriter& json, const Health::Problem& problem) {
  json.Member("part", std::string_view(problem.part));
  json.Member("condition", std::string_view(problem.condition));
  json.Member("state", HealthStateName(problem.state));
  json.Member("why", std::string_view(problem.why));
  json.Member("age_seconds", Seconds(problem.age));
}

void WriteHealth(JsonWriter& json, const Snapshot& snapshot) {
  json.Member("state", HealthStateName(snapshot.health));
  Array(json, "problems", snapshot.problems, WriteProblem);
}

}  // namespace

std::string StatusJson(const Snapshot& snapshot) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject();
  json.Member("gateway", std::string_view(snapshot.gateway));
  json.Member("version", std::string_view(snapshot.version));
  json.Member("uptime_seconds", Seconds(snapshot.uptime));
  Object(json, "health", snapshot, WriteHealth);
  Object(json, "clients", snapshot.clients, WriteClients);
  Object(json, "devices", snapshot.devices, WriteDevices);
  Array(json, "streams", snapshot.streams, WriteStream);
  Array(json, "uplinks", snapshot.uplinks, WriteUplink);
  Array(json, "listeners", snapshot.listeners, WriteListener);
  Array(json, "certificates", snapshot.certificates, WriteCertificate);
  Object(json, "memory", snapshot.memory, WriteMemory);
  Object(json, "state", snapshot.state, WriteState);
  Object(json, "storage", snapshot, WriteStorage);
  Object(json, "clock", snapshot.clock, WriteClock);
  json.EndObject();
  out += '\n';
  return out;
}

}  // namespace sluice::admin
