#include <fmt/format.h>

#include "sim/mqtt_bytes.h"

namespace sluice::sim::mqtt {
namespace {

void ReadProperties(Body* body, Packet* packet) {
  TakeProperties(body, [&](const Property& property) {
    if (property.id == 19) {
      packet->keep_alive = static_cast<uint16_t>(property.number);
      packet->has_keep_alive = true;
    } else if (property.id == 33) {
      packet->receive_maximum = static_cast<uint16_t>(property.number);
      body->sound &= packet->receive_maximum > 0;
    } else if (property.id == 39) {
      packet->packet_maximum = property.number;
    }
  });
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
      ReadPublish(flags, version, body, &packet->publish);
      packet->id = packet->publish.id;
      return;
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
  const Frame frame = TakeFrame(std::string_view(bytes_).substr(at_));
  if (frame.state == Frame::State::kPart) return {};
  Packet packet;
  packet.type = frame.type;
  Body body{frame.body, frame.state == Frame::State::kWhole};
  ReadBody(frame.flags, version_, &body, &packet);
  if (!body.sound || !body.rest.empty()) {
    fault_ = fmt::format("a malformed {} of {} bytes", TypeName(packet.type), frame.body.size());
    return {};
  }
  at_ += frame.size;
  return packet;
}

}  // namespace sluice::sim::mqtt
