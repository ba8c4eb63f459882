#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/clock.h"

namespace sluice::server {

// A connected client at one moment. Views until the loop goes on.
struct ClientInfo {
  uint64_t arrival = 0;  // greater than those of who came before
  std::string_view client_id = {};
  std::string_view identity = {};
  std::string_view address = {};   // as transport::PeerInfo
  std::string_view listener = {};  // its address; empty: it came another way
  std::string_view protocol = {};  // "3.1", "3.1.1", "5.0"
  std::string_view tls = {};       // "TLSv1.3"; empty: plaintext
  Duration connected_for{};
  Duration last_packet_ago{};  // whatever came last from the client
  size_t subscriptions = 0;
  size_t unacknowledged = 0;  // messages from the client whose acknowledgement waits
  size_t in_flight = 0;       // messages to the client that it has not acknowledged
  size_t queued = 0;          // messages that wait behind them
  size_t queued_bytes = 0;
};

}  // namespace sluice::server
