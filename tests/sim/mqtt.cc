#include "sim/mqtt.h"

#include <array>

#include "sim/mqtt_bytes.h"

namespace sluice::sim::mqtt {
std::string_view TypeName(Type type) {
  constexpr std::array<std::string_view, 16> kNames = {
      "?",       "CONNECT",  "CONNACK",    "PUBLISH", "PUBACK",      "PUBREC",
      "PUBREL",  "PUBCOMP",  "SUBSCRIBE",  "SUBACK",  "UNSUBSCRIBE", "UNSUBACK",
      "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH"};
  return kNames[static_cast<size_t>(type)];
}

void Encode(const Connect& connect, std::string* out) {
  std::string body;
  PutText("MQTT", &body);
  body.push_back(static_cast<char>(connect.version));
  int flags = connect.clean ? 2 : 0;
  if (connect.will) flags |= 4 | connect.will->qos << 3 | (connect.will->retain ? 0x20 : 0);
  body.push_back(static_cast<char>(flags));
  Put16(connect.keep_alive, &body);
  if (connect.version == kV5) {
    std::string properties;
    if (connect.expiry > 0) {
      properties.push_back(17);
      Put32(connect.expiry, &properties);
    }
    if (connect.receive_maximum > 0) {
      properties.push_back(33);
      Put16(connect.receive_maximum, &properties);
    }
    if (connect.alias_maximum > 0) {
      properties.push_back(34);
      Put16(connect.alias_maximum, &properties);
    }
    PutLength(properties.size(), &body);
    body += properties;
  }
  PutText(connect.client_id, &body);
  if (connect.will) {
    if (connect.version == kV5) {
      PutLength(5, &body);
      body.push_back(24);
      Put32(connect.will->delay, &body);
    }
    PutText(connect.will->topic, &body);
    PutText(connect.will->payload, &body);
  }
  PutPacket(Type::kConnect, 0, body, out);
}

void Encode(const Publish& publish, int version, std::string* out) {
  const size_t alias = publish.alias > 0 ? 3 : 0;
  const size_t length = 2 + publish.topic.size() + (publish.qos > 0 ? 2 : 0) +
                        (version == kV5 ? 1 + alias : 0) + publish.payload.size();
  out->push_back(static_cast<char>(0x30 | (publish.dup ? 8 : 0) | publish.qos << 1 |
                                   (publish.retain ? 1 : 0)));
  PutLength(length, out);
  PutText(publish.topic, out);
  if (publish.qos > 0) Put16(publish.id, out);
  if (version == kV5) {
    out->push_back(static_cast<char>(alias));
    if (alias > 0) {
      out->push_back(35);
      Put16(publish.alias, out);
    }
  }
  out->append(publish.payload);
}

void EncodeAck(Type type, uint16_t id, std::string* out) {
  out->push_back(static_cast<char>(static_cast<int>(type) << 4 | (type == Type::kPubrel ? 2 : 0)));
  out->push_back(2);
  Put16(id, out);
}

void EncodeSubscribe(uint16_t id, std::string_view filter, int qos, int version, std::string* out) {
  std::string body;
  Put16(id, &body);
  if (version == kV5) body.push_back(0);
  PutText(filter, &body);
  body.push_back(static_cast<char>(qos));
  PutPacket(Type::kSubscribe, 2, body, out);
}

void EncodePing(std::string* out) { PutPacket(Type::kPingreq, 0, {}, out); }

void EncodeDisconnect(std::string* out) { PutPacket(Type::kDisconnect, 0, {}, out); }

}  // namespace sluice::sim::mqtt
