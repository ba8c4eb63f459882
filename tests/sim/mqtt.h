#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// MQTT 3.1.1 and 5.0 as a client speaks it, written from the standards alone: what the gateway says
// is judged by eyes that are not its own.
namespace sluice::sim::mqtt {

enum class Type : uint8_t {
  kConnect = 1,
  kConnack,
  kPublish,
  kPuback,
  kPubrec,
  kPubrel,
  kPubcomp,
  kSubscribe,
  kSuback,
  kUnsubscribe,
  kUnsuback,
  kPingreq,
  kPingresp,
  kDisconnect,
  kAuth,
};
std::string_view TypeName(Type type);

inline constexpr int kV311 = 4;
inline constexpr int kV5 = 5;

struct Will {
  std::string topic, payload;
  int qos = 0;
  bool retain = false;
  uint32_t delay = 0;  // 5.0; seconds
};

struct Connect {
  int version = kV5;
  std::string client_id;
  bool clean = true;
  uint16_t keep_alive = 0;
  uint32_t expiry = 0;           // 5.0; seconds
  uint16_t receive_maximum = 0;  // 5.0; 0: not said
  uint16_t alias_maximum = 0;    // 5.0
  std::optional<Will> will = {};
};

struct Publish {
  std::string_view topic, payload;
  int qos = 0;
  bool retain = false;
  bool dup = false;
  uint16_t id = 0;
  uint16_t alias = 0;  // 5.0; 0: none
  // 5.0, as they are read.
  bool is_text = false;
  std::string_view content_type = {};
  std::vector<std::pair<std::string_view, std::string_view>> user_properties = {};
};

// Each appends one packet.
void Encode(const Connect& connect, std::string* out);
void Encode(const Publish& publish, int version, std::string* out);
void EncodeAck(Type type, uint16_t id, std::string* out);  // success
void EncodeSubscribe(uint16_t id, std::string_view filter, int qos, int version, std::string* out);
void EncodePing(std::string* out);
void EncodeDisconnect(std::string* out);

// What a server says; views are of the bytes that it was read from.
struct Packet {
  Type type = Type::kPingresp;
  uint16_t id = 0;
  uint8_t reason = 0;  // CONNACK, acknowledgements, DISCONNECT; of a SUBACK the first
  // CONNACK
  bool session_present = false;
  uint16_t receive_maximum = 65535;
  uint16_t keep_alive = 0;
  bool has_keep_alive = false;
  uint32_t packet_maximum = 0;  // 0: none
  Publish publish;
};

// Takes a stream of bytes apart into packets.
class Reader {
 public:
  explicit Reader(int version) : version_(version) {}

  void Add(std::string_view bytes) {
    bytes_.erase(0, at_);
    at_ = 0;
    bytes_.append(bytes);
  }
  // The next packet that is there as a whole, valid until Add. None also when it is malformed.
  std::optional<Packet> Next();
  // Empty, or what is wrong with what a server must not send.
  const std::string& fault() const { return fault_; }

 private:
  const int version_;
  std::string bytes_;
  size_t at_ = 0;
  std::string fault_;
};

}  // namespace sluice::sim::mqtt
