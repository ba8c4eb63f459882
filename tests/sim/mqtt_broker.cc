#include "sim/mqtt_broker.h"

#include <fmt/format.h>

#include "sim/mqtt_bytes.h"

namespace sluice::sim::mqtt {
namespace {

void ReadWill(int flags, Body* body, Request* request) {
  Will will;
  will.qos = flags >> 3 & 3;
  will.retain = (flags & 0x20) != 0;
  if (request->version == kV5) {
    TakeProperties(body, [&](const Property& property) {
      if (property.id == 24) will.delay = property.number;
    });
  }
  will.topic = body->Text();
  will.payload = body->Text();
  body->sound &= will.qos < 3;
  request->will = std::move(will);
}

void ReadConnect(Body* body, Request* request) {
  body->sound &= body->Text() == "MQTT";
  request->version = body->Byte();
  body->sound &= request->version == kV311 || request->version == kV5;
  const uint8_t flags = body->Byte();
  request->clean = (flags & 2) != 0;
  request->keep_alive = body->Number16();
  if (request->version == kV5) {
    TakeProperties(body, [&](const Property& property) {
      if (property.id == 17) request->expiry = property.number;
      if (property.id == 39) request->packet_maximum = property.number;
    });
  }
  request->client_id = body->Text();
  const bool has_will = (flags & 4) != 0;
  body->sound &= (flags & 1) == 0 && (has_will || (flags & 0x38) == 0);
  if (has_will) ReadWill(flags, body, request);
  if ((flags & 0x80) != 0) request->user_name = body->Text();
  if ((flags & 0x40) != 0) request->password = body->Text();
  body->sound &= request->version == kV5 || request->user_name || !request->password;
}

void ReadDisconnect(int version, Body* body, Request* request) {
  if (body->rest.empty()) return;
  body->sound &= version == kV5;
  request->reason = body->Byte();
  if (!body->rest.empty()) {
    TakeProperties(body, [](const Property&) {});
  }
}

void ReadBody(const Frame& frame, int version, Body* body, Request* request) {
  body->sound &= frame.type == Type::kPublish || frame.flags == 0;
  // CONNECT comes first, and once.
  body->sound &= (frame.type == Type::kConnect) == (version == 0);
  if (!body->sound) return;
  switch (frame.type) {
    case Type::kConnect:
      return ReadConnect(body, request);
    case Type::kPublish:
      return ReadPublish(frame.flags, version, body, &request->publish);
    case Type::kDisconnect:
      return ReadDisconnect(version, body, request);
    case Type::kPingreq:
      return;
    default:
      body->sound = false;  // not for an uplink to say
  }
}

}  // namespace

std::optional<Request> RequestReader::Next() {
  if (!fault_.empty()) return {};
  const Frame frame = TakeFrame(std::string_view(bytes_).substr(at_));
  if (frame.state == Frame::State::kPart) return {};
  Request request;
  request.type = frame.type;
  request.size = frame.size;
  Body body{frame.body, frame.state == Frame::State::kWhole};
  ReadBody(frame, version_, &body, &request);
  if (!body.sound || !body.rest.empty()) {
    fault_ = fmt::format("a malformed {} of {} bytes", TypeName(frame.type), frame.size);
    return {};
  }
  if (request.type == Type::kConnect) version_ = request.version;
  at_ += frame.size;
  return request;
}

void Encode(const Connack& connack, int version, std::string* out) {
  std::string body;
  body.push_back(connack.session_present ? 1 : 0);
  body.push_back(static_cast<char>(connack.reason));
  if (version == kV5) {
    std::string properties;
    if (connack.keep_alive > 0) {
      properties.push_back(19);
      Put16(connack.keep_alive, &properties);
    }
    if (connack.receive_maximum > 0) {
      properties.push_back(33);
      Put16(connack.receive_maximum, &properties);
    }
    if (connack.alias_maximum > 0) {
      properties.push_back(34);
      Put16(connack.alias_maximum, &properties);
    }
    if (connack.maximum_qos) {
      properties.push_back(36);
      properties.push_back(static_cast<char>(*connack.maximum_qos));
    }
    if (!connack.retain_available) properties.append({37, 0});
    if (connack.packet_maximum > 0) {
      properties.push_back(39);
      Put32(connack.packet_maximum, &properties);
    }
    PutLength(properties.size(), &body);
    body += properties;
  }
  PutPacket(Type::kConnack, 0, body, out);
}

void EncodeAnswer(Type type, uint16_t id, uint8_t reason, int version, std::string* out) {
  std::string body;
  Put16(id, &body);
  if (version == kV5 && reason != 0) body.push_back(static_cast<char>(reason));
  PutPacket(type, type == Type::kPubrel ? 2 : 0, body, out);
}

void EncodePingresp(std::string* out) { PutPacket(Type::kPingresp, 0, {}, out); }

void EncodeDisconnect(uint8_t reason, std::string* out) {
  const char body = static_cast<char>(reason);
  PutPacket(Type::kDisconnect, 0, {&body, 1}, out);
}

}  // namespace sluice::sim::mqtt
