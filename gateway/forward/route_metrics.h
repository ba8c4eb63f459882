#pragma once

#include <string_view>

#include "base/metrics.h"

namespace sluice::forward {

// The numbers of one route, label route="…". The terms of invariant 2 are gauges of the books,
// which survive a restart; the counters count since the start.
struct RouteMetrics {
  RouteMetrics(Metrics& metrics, std::string_view route);

  Counter& events;     // published, also again
  Counter& publishes;  // messages, also again
  Counter& bytes;      // of their payloads
  Counter& refused_transient;
  Counter& refused_permanent;
  Counter& restarts;       // went back to the cursor: lost connections and transient refusals
  Counter& read_failures;  // of the stream
  Counter& untold;         // offsets of refused messages that no gap could tell of
  Gauge& in_flight;        // publishes
  Gauge& in_flight_bytes;
  Gauge& cursor;
  Gauge& acknowledged;
  Gauge& dead_lettered;
  Gauge& expired;
  Gauge& evicted;
  Gauge& pending;            // committed and not yet accounted for
  Gauge& oldest_age_millis;  // since the event at the cursor was stored, as far as it was read
  Histogram& round_trip;     // publish → acknowledgement
  Histogram& delivery;       // stored → acknowledged upstream, of a message's first event
};

}  // namespace sluice::forward
