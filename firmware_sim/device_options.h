#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "firmware_sim/outbox.h"

namespace sluice::fleet {

// How one device behaves. Shares are probabilities in [0, 1].
struct DeviceOptions {
  std::string name;
  uint64_t seed = 1;
  uint64_t first_seq = 1;
  Duration interval = std::chrono::seconds(1);  // between two readings
  uint64_t readings = 0;                        // how many to take; 0: until told to stop
  std::array<uint32_t, 3> qos_weights = {0, 1, 0};
  double malformed = 0;      // share of readings whose payload is damaged
  double drop = 0;           // share of transmissions after which it drops its connection at once
  double resend = 0;         // share of acknowledged readings that it sends again all the same
  bool sleeper = false;      // is awake for a moment only, then disconnects and sleeps
  bool keep_session = true;  // false: a clean session with every connection
  Duration sleep = std::chrono::seconds(3);
  Duration awake = std::chrono::seconds(1);
  size_t window = 8;  // transmissions without an answer
  Outbox::Limits outbox;
  Duration connect_backoff = std::chrono::milliseconds(200);
  Duration connect_backoff_max = std::chrono::seconds(5);
  Duration refusal_backoff = std::chrono::milliseconds(100);
  Duration refusal_backoff_max = std::chrono::seconds(3);
  // A server may hold acknowledgements back for as long as its disk is full; this is only for
  // answers that got lost.
  Duration ack_timeout = std::chrono::seconds(60);
};

}  // namespace sluice::fleet
