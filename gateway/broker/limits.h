#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/metrics.h"
#include "broker/share.h"
#include "codec/protocol.h"

namespace sluice::broker {

// What to do with a message that finds its bound reached.
enum class OverflowPolicy : uint8_t { kDropNewest, kDropOldest };

// What all clients together, and each of them, may cost the broker. Each limit names the attack or
// accident that it stops and its counter. Bytes count the text and a flat cost per item, not the
// allocator's waste.
//
// What is shared by all is shared fairly (broker/share.h): who holds most, of a bound that is
// reached, gives way to whoever holds less, and is refused if it wants more itself. Counter
// gave_way{budget}.
struct Limits {
  // A subscriber slower than its publishers, connected or not: messages that wait for it beyond the
  // session's window. QoS 0 goes first, then `queue_policy`. Counters queue_dropped_qos0,
  // queue_dropped.
  size_t max_queue_bytes_per_client = 256 * 1024;
  OverflowPolicy queue_policy = OverflowPolicy::kDropNewest;

  // Many slow subscribers at once: bytes of all messages that are held for anybody, in queues, as
  // retained ones or as wills, a message shared by several counted once. What finds it full is not
  // queued; counters as above.
  size_t max_message_bytes = 12 * 1024 * 1024;

  // A client that retains on ever new topics. Counters retained_refused (kDropNewest) and
  // retained_evicted (kDropOldest).
  size_t max_retained_bytes = 4 * 1024 * 1024;
  OverflowPolicy retained_policy = OverflowPolicy::kDropNewest;

  // A client that subscribes to ever new filters; beyond it SUBSCRIBE gets 0x97. Counters
  // subscriptions_refused{reason="count"} and {reason="memory"}.
  size_t max_subscriptions_per_client = 10'000;
  size_t max_subscription_bytes = 4 * 1024 * 1024;

  // One SUBSCRIBE that keeps all others waiting: filters of a packet. Those behind get 0x97, in
  // UNSUBACK, which does not have it, 0x83. Counter subscriptions_refused{reason="packet"}.
  size_t max_filters_per_packet = 1000;

  // Filters as memory and as work: longest one, most levels ("a/b" has two; at most
  // kMaxFilterLevels), and whether control characters are taken (session::Limits). Beyond it
  // SUBSCRIBE gets 0x8F. Counter subscriptions_refused{reason="filter"}.
  size_t max_filter_bytes = 4096;
  size_t max_filter_levels = 200;
  bool control_characters = false;

  // Whether filters may be `$share/<name>/<filter>`; if not, SUBSCRIBE gets 0x9E.
  bool shared_subscriptions = true;

  // The QoS that is granted at most.
  codec::Qos maximum_qos = codec::Qos::kExactlyOnce;

  // A client that subscribes to all combinations of '+' and a level, so that one publish walks
  // thousands of nodes: what an identity, for each of its shares, and all together may have of
  // them; see FilterShapes. Beyond it 0x97. Counter
  // subscriptions_refused{reason="shapes"}.
  size_t max_shapes_per_identity = 64;
  size_t max_shapes = 512;

  // Clients that connect with wills as large as a CONNECT may be; beyond it CONNECT gets 0x97.
  // Counter wills_refused.
  size_t max_will_bytes = 1024 * 1024;

  // Clients that come with ever new client ids and leave a session behind each time: the session
  // that has been alone for longest ends. Counter sessions_evicted.
  size_t max_detached_sessions = 2000;
  size_t max_detached_bytes = 4 * 1024 * 1024;
};

// A number for each limit, and those that make the rest of the broker's work visible.
struct Counters {
  explicit Counters(Metrics& metrics);

  Counter& published;         // accepted from clients
  Counter& delivered;         // given to sessions
  Counter& publish_denied;    // by access control
  Counter& subscribe_denied;  // by access control
  Counter& connect_denied;    // a will that may not be published
  Counter& queue_dropped;     // QoS 1 and 2
  Counter& queue_dropped_qos0;
  Counter& expired;       // Message Expiry Interval passed while it waited
  Counter& too_large;     // larger than the client takes
  Counter& sink_refused;  // the sink was full; QoS 0 is lost by it, QoS 1 and 2 are told so
  Counter& retained_refused;
  Counter& retained_evicted;
  // Each is counted once, by the bound that it met.
  Counter& subscriptions_over_count;   // max_subscriptions_per_client
  Counter& subscriptions_over_shapes;  // max_shapes, max_shapes_per_identity
  Counter& subscriptions_over_memory;  // max_subscription_bytes
  Counter& filters_over_packet;        // max_filters_per_packet
  Counter& filters_not_taken;          // max_filter_bytes, max_filter_levels, control characters
  Counter& wills_refused;
  Counter& wills_published;
  Counter& wills_lost;  // the sink refused them
  Counter& sessions_evicted;
  Counter& takeovers;
  std::array<Counter*, kBudgets> gave_way;  // by Budget: times that the largest party gave way
};

}  // namespace sluice::broker
