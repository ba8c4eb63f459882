#pragma once

#include <memory>
#include <string_view>

#include "base/metrics.h"

namespace sluice::forward {

// The numbers of one route, label route="…", since the start. The terms of invariant 2, which
// survive a restart, are read from the journal's books (app/books.h).
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
  // Since the event at the cursor was stored, as far as it was read; shown in seconds. Shared with
  // the callback that shows it, which lives as long as Metrics does.
  std::shared_ptr<Gauge> oldest_pending_millis;
  Histogram& round_trip;  // publish → acknowledgement
  Histogram& delivery;    // stored → acknowledged upstream, of a message's first event
};

}  // namespace sluice::forward
