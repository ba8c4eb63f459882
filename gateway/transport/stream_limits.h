#pragma once

#include <chrono>
#include <cstddef>

namespace sluice::transport {

// Every bound on a peer of this layer, per listener. What is over a bound is counted in
// ListenerMetrics.
struct StreamLimits {
  // Connections in all, half-open ones included, of a listener without an Admission. For one more a
  // newcomer is closed, or itself when there are none. Stops a flood of connections from taking
  // every descriptor and, at 37 KiB of TLS state each, every byte.
  size_t max_connections = 4096;
  // TLS handshakes under way, each with an engine of 37 KiB; whoever has sent a whole ClientHello
  // beyond it waits, so that a thousand devices returning after a power cut are served in turn
  // instead of thrown out, and the handshake that keeps us waiting longest gives way. Bounds what
  // peers that never proved anything can hold.
  size_t max_half_open = 128;
  // From accept to a whole ClientHello. Stops a peer that opens connections and says nothing, or
  // says it a byte at a time, from taking room for long.
  std::chrono::nanoseconds hello_timeout = std::chrono::seconds(5);
  // A ClientHello with its record's header. Real ones have up to a few KiB, a ticket with a
  // certificate in it included. Stops a peer from feeding us memory with one that never ends.
  size_t max_hello_bytes = 16 * 1024 + 5;
  // From there to the end of the handshake, without the time in which the peer waits for us. Stops
  // a peer that does not go on from filling max_half_open for good.
  std::chrono::nanoseconds handshake_timeout = std::chrono::seconds(10);
  // Received and not yet taken by the worker during a handshake. A whole handshake with a client's
  // certificate chain is a few KiB. Stops a peer from feeding us memory before it has shown who it
  // is.
  size_t max_handshake_bytes = 64 * 1024;
  // Received and not yet consumed by the handler; must exceed the largest packet. A backstop: the
  // handler pauses or consumes long before.
  size_t max_input_bytes = 1024 * 1024 + 64 * 1024;
  // Output marks: OnOutputHigh and OnOutputLow. Tell the writer to wait for a reader that is slow.
  size_t output_high_bytes = 64 * 1024;
  size_t output_low_bytes = 16 * 1024;
  // Output not taken by the peer at which it is closed. Stops a peer that provokes answers and
  // reads none.
  size_t max_output_bytes = 4 * 1024 * 1024;
  // How long CloseAfterFlush waits for the peer. Stops a peer that does not close from staying.
  std::chrono::nanoseconds close_linger = std::chrono::seconds(2);
};

}  // namespace sluice::transport
