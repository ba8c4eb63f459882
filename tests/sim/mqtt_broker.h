#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/mqtt.h"

// MQTT 3.1.1 and 5.0 as a broker speaks it, written from the standards alone.
namespace sluice::sim::mqtt {

// What a client says; views are of the bytes that it was read from.
struct Request {
  Type type = Type::kPingreq;
  size_t size = 0;  // of the packet
  // CONNECT
  int version = kV5;
  std::string_view client_id;
  bool clean = false;
  uint16_t keep_alive = 0;
  uint32_t expiry = 0;          // 5.0
  uint32_t packet_maximum = 0;  // 5.0; 0: none
  std::optional<std::string_view> user_name, password;
  std::optional<Will> will;
  // PUBLISH
  Publish publish;
  // DISCONNECT
  uint8_t reason = 0;
};

// Takes a stream of bytes apart into the packets that an uplink may send.
class RequestReader {
 public:
  void Add(std::string_view bytes) {
    bytes_.erase(0, at_);
    at_ = 0;
    bytes_.append(bytes);
  }
  // The next packet that is there as a whole, valid until Add. None also when it is malformed.
  std::optional<Request> Next();
  // As CONNECT says; 0 before.
  int version() const { return version_; }
  // Empty, or what is wrong with what a client must not send.
  const std::string& fault() const { return fault_; }

 private:
  int version_ = 0;
  std::string bytes_;
  size_t at_ = 0;
  std::string fault_;
};

struct Connack {
  uint8_t reason = 0;  // in 3.1.1 its return code
  bool session_present = false;
  // 5.0; what is 0 or none is not said.
  uint16_t receive_maximum = 0;
  uint32_t packet_maximum = 0;
  uint16_t alias_maximum = 0;
  uint16_t keep_alive = 0;
  std::optional<int> maximum_qos = {};
  bool retain_available = true;
};

// Each appends one packet.
void Encode(const Connack& connack, int version, std::string* out);
void EncodeAnswer(Type type, uint16_t id, uint8_t reason, int version, std::string* out);
void EncodePingresp(std::string* out);
void EncodeDisconnect(uint8_t reason, std::string* out);  // 5.0

}  // namespace sluice::sim::mqtt
