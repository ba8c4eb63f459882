#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace sluice::admin {

// What became of the events of one stream for one of its routes, since the route was made.
//   accepted + replayed == the sum of kBookTerms
struct RouteBooks {
  uint64_t origin = 0;  // the offset at which the route began
  uint64_t accepted = 0;
  uint64_t acknowledged = 0;
  uint64_t pending = 0;
  uint64_t dead_lettered = 0;
  uint64_t expired = 0;
  uint64_t evicted = 0;
  uint64_t replayed = 0;    // had passed before and were pending again when the route went back
  uint64_t difference = 0;  // by which they did not add up at this start
};

// One term of the sum, as text, JSON and Prometheus call it.
struct BookTerm {
  std::string_view words;
  std::string_view key;
  std::string_view metric;
  std::string_view help;
  uint64_t RouteBooks::*value;
};

inline constexpr std::array kBookTerms{
    BookTerm{"acknowledged", "acknowledged", "sluice_route_acknowledged_events_total",
             "Events that the uplink has acknowledged.", &RouteBooks::acknowledged},
    BookTerm{"pending", "pending", "sluice_route_pending_events",
             "Events that the route has not done with.", &RouteBooks::pending},
    BookTerm{"dead-lettered", "dead_lettered", "sluice_route_dead_lettered_events_total",
             "Events that the uplink refused for good.", &RouteBooks::dead_lettered},
    BookTerm{"expired", "expired", "sluice_route_expired_events_total",
             "Events older than the route's max_age.", &RouteBooks::expired},
    BookTerm{"evicted", "evicted", "sluice_route_evicted_events_total",
             "Events that the route met as gaps.", &RouteBooks::evicted},
};

}  // namespace sluice::admin
