#include "forward/route_metrics.h"

#include <memory>
#include <string>

#include "base/label.h"

namespace sluice::forward {
namespace {

Counter& Refused(Metrics& m, std::string_view route, std::string_view reason) {
  return m.AddCounter("sluice_route_refused_total",
                      "Publishes that the uplink refused: for now (transient) or for good.",
                      Label("route", route) + "," + Label("reason", reason));
}

}  // namespace

RouteMetrics::RouteMetrics(Metrics& m, std::string_view route)
    : events(m.AddCounter("sluice_route_events_total", "Events published, also again.",
                          Label("route", route))),
      publishes(m.AddCounter("sluice_route_publishes_total", "Messages published, also again.",
                             Label("route", route))),
      bytes(m.AddCounter("sluice_route_bytes_total", "Bytes of published payloads.",
                         Label("route", route))),
      refused_transient(Refused(m, route, "transient")),
      refused_permanent(Refused(m, route, "permanent")),
      restarts(m.AddCounter("sluice_route_restarts_total",
                            "Times that the route went back to its cursor.",
                            Label("route", route))),
      read_failures(m.AddCounter("sluice_route_read_failures_total",
                                 "Reads of the stream that failed.", Label("route", route))),
      untold(m.AddCounter("sluice_route_untold_total",
                          "Offsets of refused messages of which consumers could not be told.",
                          Label("route", route))),
      in_flight(m.AddGauge("sluice_route_in_flight",
                           "Publishes that wait for their acknowledgement.",
                           Label("route", route))),
      in_flight_bytes(m.AddGauge("sluice_route_in_flight_bytes", "Bytes of these publishes.",
                                 Label("route", route))),
      cursor(
          m.AddGauge("sluice_route_cursor", "Next offset to account for.", Label("route", route))),
      oldest_pending_millis(std::make_shared<Gauge>()),
      round_trip(m.AddHistogram("sluice_route_round_trip_seconds",
                                "From publish to acknowledgement.", Label("route", route))),
      delivery(m.AddHistogram("sluice_route_delivery_seconds",
                              "From stored to acknowledged upstream, by message.",
                              Label("route", route))) {
  m.AddCallback("sluice_route_oldest_pending_seconds", "Age of the oldest pending event.",
                Label("route", route),
                [age = oldest_pending_millis] { return static_cast<double>(age->value()) * 1e-3; });
}

}  // namespace sluice::forward
