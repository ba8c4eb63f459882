#include "firmware_sim/status_report.h"

#include <fmt/format.h>

#include <numeric>

#include "base/json_writer.h"

namespace sluice::fleet {
namespace {

uint64_t Sum(const std::array<uint64_t, 3>& by_qos) {
  return std::accumulate(by_qos.begin(), by_qos.end(), uint64_t{0});
}

void WriteByQos(std::string_view name, const std::array<uint64_t, 3>& by_qos, JsonWriter* json) {
  json->Key(name);
  json->BeginArray();
  for (const uint64_t count : by_qos) json->Value(count);
  json->EndArray();
}

void WriteCounters(const FleetCounters& counters, JsonWriter* json) {
  json->Member("published", Sum(counters.published));
  json->Member("acknowledged", Sum(counters.acknowledged));
  WriteByQos("published_by_qos", counters.published, json);
  WriteByQos("acknowledged_by_qos", counters.acknowledged, json);
  json->Member("malformed", counters.malformed);
  json->Member("malformed_acknowledged", counters.malformed_acknowledged);
  json->Member("refused", counters.refused);
  json->Member("rejected", counters.rejected);
  json->Member("resent", counters.resent);
  json->Member("resumed", counters.resumed);
  json->Member("unsent", counters.unsent);
  json->Member("overflowed", counters.overflowed);
  json->Member("connects", counters.connects);
  json->Member("connect_failures", counters.connect_failures);
  json->Member("reconnects", counters.reconnects);
  json->Member("connections_lost", counters.connections_lost);
  json->Member("sessions_lost", counters.sessions_lost);
  json->Member("silences", counters.silences);
}

}  // namespace

std::string StatusJson(const FleetStatus& status) {
  std::string out;
  JsonWriter json(&out);
  json.BeginObject();
  json.Member("phase", status.phase);
  json.Member("seconds", static_cast<double>(static_cast<int64_t>(status.seconds * 10)) / 10);
  json.Member("devices", static_cast<uint64_t>(status.devices));
  json.Member("online", static_cast<uint64_t>(status.online));
  json.Member("outstanding", status.outstanding);
  WriteCounters(status.counters, &json);
  json.Member("ack_latency_p50_us", status.latency_p50_micros);
  json.Member("ack_latency_p99_us", status.latency_p99_micros);
  if (!status.last_failure.empty())
    json.Member("last_failure", std::string_view(status.last_failure));
  json.EndObject();
  return out;
}

std::string StatusLine(const FleetStatus& status) {
  const FleetCounters& counters = status.counters;
  return fmt::format(
      "{:6.1f} s {}: online {}/{}, published {}, acknowledged {}, outstanding {}, refused {}, "
      "resent {}, "
      "reconnects {}, p99 {:.1f} ms{}{}",
      status.seconds, status.phase, status.online, status.devices, Sum(counters.published),
      Sum(counters.acknowledged), status.outstanding, counters.refused,
      counters.resent + counters.resumed, counters.reconnects,
      static_cast<double>(status.latency_p99_micros) / 1000.0,
      status.online == 0 && !status.last_failure.empty() ? ", " : "",
      status.online == 0 ? status.last_failure : "");
}

}  // namespace sluice::fleet
