#include "session/limits.h"

#include "base/label.h"

namespace sluice::session {
namespace {

Counter& Limit(Metrics& metrics, std::string_view limit) {
  return metrics.AddCounter("sluice_session_limit_total",
                            "Times a client met a limit, by limit (gateway/session/limits.h).",
                            Label("limit", limit));
}

}  // namespace

bool TopicFits(std::string_view topic, const Limits& limits) {
  if (topic.size() > limits.max_topic_bytes) return false;
  if (topic.size() < limits.max_topic_levels) return true;  // Most topics: nothing to count.
  size_t levels = 1;
  for (size_t i = topic.find('/'); i != topic.npos; i = topic.find('/', i + 1)) {
    if (++levels > limits.max_topic_levels) return false;
  }
  return levels <= limits.max_topic_levels;
}

Counters::Counters(Metrics& metrics)
    : connect_timeouts(Limit(metrics, "connect_timeout")),
      oversized_packets(Limit(metrics, "packet_bytes")),
      client_ids_refused(Limit(metrics, "client_id_bytes")),
      receive_maximum_exceeded(Limit(metrics, "receive_maximum")),
      input_blocked(Limit(metrics, "input_blocked")),
      qos2_ids_exceeded(Limit(metrics, "qos2_ids")),
      topics_refused(Limit(metrics, "topic")),
      control_characters(Limit(metrics, "control_characters")),
      alias_bytes_exceeded(Limit(metrics, "alias_bytes")),
      payload_formats_refused(Limit(metrics, "payload_format")),
      outbound_window_full(Limit(metrics, "outbound_window")),
      outbound_too_large(Limit(metrics, "outbound_packet_bytes")),
      control_floods(Limit(metrics, "control_rate")),
      keep_alive_timeouts(Limit(metrics, "keep_alive")),
      malformed_packets(metrics.AddCounter("sluice_session_malformed_packets_total",
                                           "Connections closed for bytes that are no packet.")),
      protocol_errors(metrics.AddCounter("sluice_session_protocol_errors_total",
                                         "Connections closed for a packet against the rules.")),
      duplicates_suppressed(
          metrics.AddCounter("sluice_session_duplicates_suppressed_total",
                             "Repeated PUBLISH packets that were not handed out again.")),
      redelivered(
          metrics.AddCounter("sluice_session_redelivered_total",
                             "PUBLISH and PUBREL packets sent again to a resumed session.")) {}

}  // namespace sluice::session
