#include "transport/listener_metrics.h"

#include <string>

#include "base/label.h"

namespace sluice::transport {
namespace {

Counter& HandshakeFailure(Metrics& metrics, std::string_view listener, std::string_view reason) {
  return metrics.AddCounter(
      "sluice_tls_handshake_failures_total",
      "TLS handshakes that failed, were left by their peer, or had to end, by reason.",
      Label("listener", listener) + "," + Label("reason", reason));
}

}  // namespace

ListenerMetrics::ListenerMetrics(Metrics& metrics, std::string_view listener)
    : accepted(metrics.AddCounter("sluice_listener_accepted_total", "TCP connections accepted.",
                                  Label("listener", listener))),
      refused(metrics.AddCounter("sluice_listener_refused_total",
                                 "Connections closed at once, over the limit of connections.",
                                 Label("listener", listener))),
      displaced(metrics.AddCounter("sluice_listener_displaced_total",
                                   "Newcomers closed to make room for others.",
                                   Label("listener", listener))),
      accept_pauses(metrics.AddCounter("sluice_listener_accept_pauses_total",
                                       "Times newcomers waited because others were accepted.",
                                       Label("listener", listener))),
      handshakes(metrics.AddCounter("sluice_tls_handshakes_total", "TLS handshakes completed.",
                                    Label("listener", listener))),
      resumptions(metrics.AddCounter("sluice_tls_resumptions_total",
                                     "TLS handshakes completed by session ticket.",
                                     Label("listener", listener))),
      handshake_timeouts(HandshakeFailure(metrics, listener, "timeout")),
      handshake_floods(HandshakeFailure(metrics, listener, "too_many_bytes")),
      handshakes_displaced(HandshakeFailure(metrics, listener, "displaced")),
      handshake_aborts(HandshakeFailure(metrics, listener, "aborted")),
      input_overflows(metrics.AddCounter("sluice_listener_input_overflows_total",
                                         "Connections closed over the limit of unread input.",
                                         Label("listener", listener))),
      input_shortages(
          metrics.AddCounter("sluice_listener_input_shortages_total",
                             "Connections closed because unread input of all used up its memory.",
                             Label("listener", listener))),
      output_overflows(metrics.AddCounter("sluice_listener_output_overflows_total",
                                          "Connections closed over the limit of unsent output.",
                                          Label("listener", listener))),
      output_pauses(metrics.AddCounter("sluice_listener_output_pauses_total",
                                       "Times a connection's output passed its high mark.",
                                       Label("listener", listener))),
      accept_errors(metrics.AddCounter("sluice_listener_accept_errors_total",
                                       "Connections the system could not accept.",
                                       Label("listener", listener))),
      connections(metrics.AddGauge("sluice_listener_connections",
                                   "Open connections, half-open ones included.",
                                   Label("listener", listener))),
      half_open(metrics.AddGauge("sluice_listener_half_open", "TLS handshakes under way.",
                                 Label("listener", listener))),
      handshake_time(metrics.AddHistogram("sluice_tls_handshake_seconds",
                                          "From accept to the end of the handshake.",
                                          Label("listener", listener))) {
  for (size_t i = 0; i < failures.size(); ++i) {
    failures[i] =
        &HandshakeFailure(metrics, listener, tls::FailureName(static_cast<tls::Failure>(i)));
  }
}

}  // namespace sluice::transport
