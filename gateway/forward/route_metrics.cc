#include "forward/route_metrics.h"

#include <string>

#include "base/label.h"

namespace sluice::forward {

RouteMetrics::RouteMetrics(Metrics& m, std::string_view route)
    : events(m.AddCounter("sluice_route_events_total", "Events published, also again",
                          Label("route", route))),
      publishes(m.AddCounter("sluice_route_publishes_total", "Messages published, also again",
                             Label("route", route))),
      bytes(m.AddCounter("sluice_route_bytes_total", "Bytes of published payloads",
                         Label("route", route))),
      refused_transient(m.AddCounter("sluice_route_refused_transient_total",
                                     "Publishes refused for now", Label("route", route))),
      refused_permanent(m.AddCounter("sluice_route_refused_permanent_total",
                                     "Publishes refused for good", Label("route", route))),
      restarts(m.AddCounter("sluice_route_restarts_total",
                            "Times that the route went back to its cursor", Label("route", route))),
      read_failures(m.AddCounter("sluice_route_read_failures_total",
                                 "Reads of the stream that failed", Label("route", route))),
      untold(m.AddCounter("sluice_route_untold_total",
                          "Offsets of refused messages of which consumers could not be told",
                          Label("route", route))),
      in_flight(m.AddGauge("sluice_route_in_flight",
                           "Publishes that wait for their acknowledgement", Label("route", route))),
      in_flight_bytes(m.AddGauge("sluice_route_in_flight_bytes", "Bytes of these publishes",
                                 Label("route", route))),
      cursor(
          m.AddGauge("sluice_route_cursor", "Next offset to account for", Label("route", route))),
      acknowledged(m.AddGauge("sluice_route_acknowledged_events",
                              "Events that the uplink acknowledged", Label("route", route))),
      dead_lettered(m.AddGauge("sluice_route_dead_lettered_events",
                               "Events that the uplink refused for good", Label("route", route))),
      expired(m.AddGauge("sluice_route_expired_events", "Events that were too old to send",
                         Label("route", route))),
      evicted(m.AddGauge("sluice_route_evicted_events",
                         "Events that were gone before the route came to them",
                         Label("route", route))),
      pending(m.AddGauge("sluice_route_pending_events",
                         "Committed events that are not accounted for", Label("route", route))),
      oldest_age_millis(m.AddGauge("sluice_route_oldest_pending_milliseconds",
                                   "Age of the oldest pending event", Label("route", route))),
      round_trip(m.AddHistogram("sluice_route_round_trip_seconds",
                                "From publish to acknowledgement", Label("route", route))),
      delivery(m.AddHistogram("sluice_route_delivery_seconds",
                              "From stored to acknowledged upstream, by message",
                              Label("route", route))) {}

}  // namespace sluice::forward
