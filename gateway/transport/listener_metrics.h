#pragma once

#include <array>
#include <string_view>

#include "base/metrics.h"
#include "tls/failure.h"

namespace sluice::transport {

// The numbers of one listener, labelled listener="…". References into the Metrics they were made
// from.
struct ListenerMetrics {
  ListenerMetrics(Metrics& metrics, std::string_view listener);

  Counter& accepted;              // TCP connections
  Counter& refused;               // closed at once: max_connections
  Counter& displaced;             // newcomers closed to make room for others
  Counter& accept_pauses;         // times that newcomers waited for the loop's next iteration
  Counter& handshakes;            // completed
  Counter& resumptions;           // of these, by ticket
  Counter& handshake_timeouts;    // handshake_timeout
  Counter& handshake_floods;      // max_handshake_bytes
  Counter& handshakes_displaced;  // made room for others
  Counter& handshake_aborts;      // the peer went away in the middle
  Counter& input_overflows;       // max_input_bytes
  Counter& input_shortages;       // closed because all connections' input took its budget
  Counter& output_overflows;      // max_output_bytes
  Counter& output_pauses;         // times that the output passed its high mark
  Counter& accept_errors;         // the system could not accept: out of descriptors
  Gauge& connections;
  Gauge& half_open;
  Histogram& handshake_time;                          // from accept to completed
  std::array<Counter*, tls::kFailureCount> failures;  // handshakes failed, by tls::Failure
};

}  // namespace sluice::transport
