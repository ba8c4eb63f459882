#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/metrics.h"

namespace sluice::session {

// What one client may cost. Each limit names the attack or accident that it stops and the counter
// that tells of it. The same object serves every session of a listener and outlives them; it does
// not change while a session lives.
struct Limits {
  // Half-open connections: a peer that connects and never sends a whole CONNECT. Counter
  // connect_timeouts.
  std::chrono::milliseconds connect_timeout{10'000};

  // A stranger that makes us hold memory before we know who it is: largest CONNECT with everything
  // in it, also its will. Counter oversized_packets.
  uint32_t max_connect_bytes = 64 * 1024;

  // Client identifiers as keys that outlive their connection: longest one. Counter
  // client_ids_refused.
  uint16_t max_client_id_bytes = 256;

  // A length field that promises more than we will ever hold; sent as Maximum Packet Size. At least
  // max_connect_bytes. Counter oversized_packets.
  uint32_t max_packet_bytes = 256 * 1024;

  // A publisher faster than the disk: QoS 1 and 2 messages that we have not answered yet. MQTT 5
  // clients are told (Receive Maximum) and disconnected beyond it; of a 3.1.1 client no more is
  // read until something is acknowledged. Counter receive_maximum_exceeded (5.0) and input_blocked
  // (3.1.1). Not 0.
  uint16_t receive_maximum = 128;

  // A client that never releases its QoS 2 packet identifiers, over several connections or
  // in 3.1.1, which has no Receive Maximum: identifiers remembered. At least receive_maximum.
  // Counter qos2_ids_exceeded.
  uint16_t max_qos2_ids = 4096;

  // Aliases that pin topic names in memory, in each direction: how many, sent as Topic Alias
  // Maximum, and the bytes of all their names, of which nobody can be told beforehand. Counters
  // protocol_errors for an alias beyond the maximum, alias_bytes_exceeded.
  uint16_t topic_alias_maximum = 16;
  uint32_t max_alias_bytes = 16 * 1024;

  // Topic names as memory and as work: longest topic of a PUBLISH or a will, and the most levels
  // ("a/b" has two), because trees and their matching go one step a level. Filters are bounded
  // alike, by the broker. Counter topics_refused.
  uint16_t max_topic_bytes = 4096;
  uint16_t max_topic_levels = 200;

  // Whether topics, client identifiers and user names may have U+0001 to U+001F and U+007F to
  // U+009F, which garble logs and whatever a topic travels to; the standard leaves it open (section
  // 1.5.4). Counter control_characters.
  bool control_characters = false;

  // A subscriber that does not acknowledge: messages in flight to it (its own Receive Maximum may
  // ask for fewer), and the bytes that they pin, passed by at most one message. What does not fit
  // stays with the broker's bounded queue. Neither is 0. Counter outbound_window_full.
  uint16_t max_outbound_in_flight = 64;
  uint32_t max_outbound_bytes = 256 * 1024;

  // Packets that are cheap to send and costly to answer (PINGREQ, SUBSCRIBE, UNSUBSCRIBE, and any
  // acknowledgement or release of nothing we know; sixteen filters count as one more): a bucket of
  // control_burst that refills with control_per_second. When it is empty the client is not read for
  // a while. PUBLISH is not counted, because back-pressure already paces it. Neither is 0. Counter
  // control_floods.
  uint32_t control_burst = 1000;
  uint32_t control_per_second = 500;

  // Clients that vanish and leave their sessions behind: longest Session Expiry Interval granted,
  // also to 3.1.1 clients without clean session. 0xFFFFFFFF is for ever. No counter: it is granted,
  // not broken.
  uint32_t max_session_expiry_seconds = 24 * 60 * 60;

  // Dead peers that are never noticed: longest keep-alive granted to an MQTT 5 client (Server Keep
  // Alive), also when it asks for none; 0 grants what is asked. 3.1.1 cannot be told and gets what
  // it asks. Counter keep_alive_timeouts counts the clients that fell silent.
  uint16_t max_keep_alive_seconds = 0;
};

// Whether a topic is within max_topic_bytes and max_topic_levels.
bool TopicFits(std::string_view topic, const Limits& limits);

// What the server behind the session can do; MQTT 5 clients are told in CONNACK what is missing.
struct Capabilities {
  uint8_t maximum_qos = 2;
  bool retain = true;
  bool wildcard_subscriptions = true;
  bool subscription_identifiers = true;
  bool shared_subscriptions = true;
  bool mqtt_31 = true;  // clients of MQTT 3.1 are taken
  // A payload that is said to be text (Payload Format Indicator) has to be; else 0x99. Counter
  // payload_formats_refused.
  bool check_payload_format = false;
};

// One number for each limit above and a few more, shared by every session; the metrics own the
// counters.
struct Counters {
  explicit Counters(Metrics& metrics);

  Counter& connect_timeouts;
  Counter& oversized_packets;
  Counter& client_ids_refused;
  Counter& receive_maximum_exceeded;
  Counter& input_blocked;
  Counter& qos2_ids_exceeded;
  Counter& topics_refused;
  Counter& control_characters;
  Counter& alias_bytes_exceeded;
  Counter& payload_formats_refused;
  Counter& outbound_window_full;
  Counter& outbound_too_large;  // messages that the client's own Maximum Packet Size kept from it
  Counter& control_floods;
  Counter& keep_alive_timeouts;
  Counter& malformed_packets;
  Counter& protocol_errors;
  Counter& duplicates_suppressed;  // inbound PUBLISH that was not handed out a second time
  Counter& redelivered;            // outbound PUBLISH or PUBREL sent again after a reconnect
};

}  // namespace sluice::session
