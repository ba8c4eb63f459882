#include <fmt/format.h>

#include "sim/mqtt.h"

namespace sluice::sim::mqtt {
namespace {

// The front of a packet's body; whoever reads past its end gets nothing and `sound` is false.
struct Body {
  std::string_view rest;
  bool sound = true;

  std::string_view Take(size_t bytes) {
    if (bytes > rest.size()) {
      sound = false;
      return {};
    }
    const std::string_view taken = rest.substr(0, bytes);
    rest.remove_prefix(bytes);
    return taken;
  }
  uint32_t Number(size_t bytes) {
    uint32_t value = 0;
    for (const char c : Take(bytes)) value = value << 8 | static_cast<uint8_t>(c);
    return value;
  }
  uint16_t Number16() { return static_cast<uint16_t>(Number(2)); }
  uint8_t Byte() { return static_cast<uint8_t>(Number(1)); }
  std::string_view Text() { return Take(Number(2)); }
  uint32_t Length() {
    uint32_t value = 0;
    for (int shift = 0; shift < 28; shift += 7) {
      const uint8_t byte = Byte();
      value |= static_cast<uint32_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    sound = false;
    return 0;
  }
};

// By the table of section 2.2.2.2 of 5.0.
void ReadProperty(Body* body, Packet* packet) {
  switch (body->Byte()) {
    case 1:
    case 23:
    case 25:
    case 36:
    case 37:
    case 40:
    case 41:
    case 42:
      body->Byte();
      return;
    case 19:
      packet->keep_alive = body->Number16();
      packet->has_keep_alive = true;
      return;
    case 33:
      packet->receive_maximum = body->Number16();
      body->sound &= packet->receive_maximum > 0;
      return;
    case 34:
      body->Number16();
      return;
    case 35:
      packet->publish.alias = body->Number16();
      body->sound &= packet->publish.alias > 0;
      return;
    case 39:
      packet->packet_maximum = body->Number(4);
      return;
    case 2:
    case 17:
    case 24:
      body->Number(4);
      return;
    case 11:
      body->Length();
      return;
    case 38:
      body->Text();
      body->Text();
      return;
    case 3:
    case 8:
    case 9:
    case 18:
    case 21:
    case 22:
    case 26:
    case 28:
    case 31:
      body->Text();
      return;
    default:
      body->sound = false;
  }
}

void ReadProperties(Body* body, Packet* packet) {
  Body properties{body->Take(body->Length())};
  while (properties.sound && !properties.rest.empty()) ReadProperty(&properties, packet);
  body->sound &= properties.sound;
}

void ReadPublish(int flags, int version, Body* body, Packet* packet) {
  Publish& publish = packet->publish;
  publish.dup = (flags & 8) != 0;
  publish.qos = flags >> 1 & 3;
  publish.retain = (flags & 1) != 0;
  body->sound &= publish.qos < 3 && !(publish.dup && publish.qos == 0);
  publish.topic = body->Text();
  if (publish.qos > 0) {
    packet->id = publish.id = body->Number16();
    body->sound &= publish.id > 0;
  }
  if (version == kV5) ReadProperties(body, packet);
  body->sound &= publish.topic.find_first_of("+#") == std::string_view::npos;
  body->sound &= !publish.topic.empty() || publish.alias > 0;
  publish.payload = body->Take(body->rest.size());
}

void ReadConnack(int version, Body* body, Packet* packet) {
  const uint8_t flags = body->Byte();
  packet->session_present = flags == 1;
  packet->reason = body->Byte();
  body->sound &= flags <= 1 && !(packet->session_present && packet->reason != 0);
  if (version == kV5) ReadProperties(body, packet);
}

void ReadAck(int version, Body* body, Packet* packet) {
  packet->id = body->Number16();
  body->sound &= packet->id > 0;
  if (version != kV5 || body->rest.empty()) return;
  packet->reason = body->Byte();
  if (!body->rest.empty()) ReadProperties(body, packet);
}

void ReadSuback(int version, Body* body, Packet* packet) {
  packet->id = body->Number16();
  if (version == kV5) ReadProperties(body, packet);
  packet->reason = body->Byte();
  body->Take(body->rest.size());
}

void ReadDisconnect(int version, Body* body, Packet* packet) {
  body->sound &= version == kV5;  // a server of 3.1.1 just closes
  if (body->rest.empty()) return;
  packet->reason = body->Byte();
  if (!body->rest.empty()) ReadProperties(body, packet);
}

void ReadBody(int flags, int version, Body* body, Packet* packet) {
  const int expected = packet->type == Type::kPubrel ? 2 : 0;
  body->sound &= packet->type == Type::kPublish || flags == expected;
  switch (packet->type) {
    case Type::kConnack:
      return ReadConnack(version, body, packet);
    case Type::kPublish:
      return ReadPublish(flags, version, body, packet);
    case Type::kPuback:
    case Type::kPubrec:
    case Type::kPubrel:
    case Type::kPubcomp:
      return ReadAck(version, body, packet);
    case Type::kSuback:
    case Type::kUnsuback:
      return ReadSuback(version, body, packet);
    case Type::kPingresp:
      return;
    case Type::kDisconnect:
      return ReadDisconnect(version, body, packet);
    default:
      body->sound = false;  // not for a server to say
  }
}

}  // namespace

std::optional<Packet> Reader::Next() {
  if (!fault_.empty()) return {};
  if (at_ == bytes_.size()) {
    bytes_.clear();
    at_ = 0;
    return {};
  }
  Body frame{std::string_view(bytes_).substr(at_)};
  const uint8_t first = frame.Byte();
  const uint32_t length = frame.Length();
  if (!frame.sound && bytes_.size() - at_ < 5) return {};
  if (frame.sound && frame.rest.size() < length) return {};
  Packet packet;
  packet.type = static_cast<Type>(first >> 4);
  Body body{frame.Take(length), frame.sound};
  ReadBody(first & 15, version_, &body, &packet);
  if (!body.sound || !body.rest.empty()) {
    fault_ = fmt::format("a malformed {} of {} bytes", TypeName(packet.type), length);
    return {};
  }
  at_ = bytes_.size() - frame.rest.size();
  return packet;
}

}  // namespace sluice::sim::mqtt
