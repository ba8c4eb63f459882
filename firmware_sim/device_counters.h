#pragma once

#include <array>
#include <cstdint>

namespace sluice::fleet {

// What happened to all devices together. One thread.
struct FleetCounters {
  std::array<uint64_t, 3> published{};     // readings handed to the network at least once, by QoS
  std::array<uint64_t, 3> acknowledged{};  // by QoS; QoS 0 stays 0
  uint64_t malformed = 0;                  // of the published
  uint64_t malformed_acknowledged = 0;
  uint64_t refused = 0;     // transmissions answered with a reason code that allows another try
  uint64_t rejected = 0;    // readings refused for good
  uint64_t resent = 0;      // transmissions by the device after the first of a reading
  uint64_t resumed = 0;     // in flight when a session was resumed: resent by the client with DUP
  uint64_t unsent = 0;      // QoS 0 readings taken while not connected
  uint64_t overflowed = 0;  // readings that found the outbox full
  uint64_t connects = 0;
  uint64_t connect_failures = 0;
  uint64_t reconnects = 0;
  uint64_t connections_lost = 0;  // not on the device's wish
  uint64_t sessions_lost = 0;     // reconnected, and the server did not know the session any more
  uint64_t silences = 0;          // connections dropped because an answer did not come
};

}  // namespace sluice::fleet
