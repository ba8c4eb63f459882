#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "codec/protocol.h"

namespace sluice::client {

// What the server publishes when this connection ends without DISCONNECT. What MQTT 3.1.1 does not
// know is left out there.
struct Will {
  std::string topic;
  std::string payload;
  codec::Qos qos = codec::Qos::kAtMostOnce;
  bool retain = false;
  // MQTT 5; empty and none are not sent.
  std::optional<uint32_t> delay_seconds = {};
  std::optional<uint32_t> message_expiry_seconds = {};
  bool payload_is_text = false;
  std::string content_type = {};
  std::string response_topic = {};
  std::string correlation_data = {};
  std::vector<std::pair<std::string, std::string>> user_properties = {};
};

// How to introduce oneself, and what the server may cost. The same object serves every connection
// and outlives them; it does not change while one lives.
struct Options {
  codec::Version version = codec::Version::kV5;
  std::string client_id = {};  // empty: the server makes one, and no session is kept in 3.1.1
  bool clean_start = true;
  uint32_t session_expiry_seconds = 0;  // MQTT 5; 0xFFFFFFFF: never
  uint16_t keep_alive_seconds = 60;     // 0: none
  std::optional<std::string> user_name = {};
  std::optional<std::string> password = {};
  std::optional<Will> will = {};

  // A length field that promises more than we will hold; sent as Maximum Packet Size, and enforced
  // in both versions.
  uint32_t max_packet_bytes = 256 * 1024;
  // A server faster than the owner: messages of QoS 1 and 2 that have not been acknowledged. Sent
  // as Receive Maximum and enforced; 3.1.1 cannot say it, so there as many as there are
  // identifiers, and an owner who cannot keep up reads no more from the connection. Not 0.
  uint16_t receive_maximum = 64;
  // Topics that the server may abbreviate, each at most a packet long.
  uint16_t topic_alias_maximum = 0;
  // Publishes of ours that wait for their answer; the server may take fewer. Not 0.
  uint16_t max_in_flight = 256;
  // Topics that we abbreviate, if the server lets us: repeated ones, each of at most
  // kMaxAliasedTopicBytes.
  uint16_t max_topic_aliases = 32;

  // A server that takes a connection and never says a word: from Start to CONNACK.
  Duration connect_timeout = std::chrono::seconds(10);
  // A link that is dead: from PINGREQ, or the last packet after it, to the next.
  Duration ping_timeout = std::chrono::seconds(10);
  // A server that takes everything and answers nothing, or something else. Counts from the last
  // answer, so that a slow link need not carry all that is in flight in it. Zero: for ever.
  Duration ack_timeout = std::chrono::seconds(30);

  // Whether the server's state may outlive the connection.
  bool keeps_session() const {
    return !clean_start || (version == codec::Version::kV5 && session_expiry_seconds > 0);
  }
};

inline constexpr size_t kMaxAliasedTopicBytes = 1024;

// kInvalidArgument says what MQTT cannot say or does not allow. A Client needs options that pass.
Status CheckOptions(const Options& options);

}  // namespace sluice::client
