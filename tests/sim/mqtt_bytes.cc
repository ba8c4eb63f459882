#include "sim/mqtt_bytes.h"

namespace sluice::sim::mqtt {

void Put16(uint16_t value, std::string* out) {
  out->push_back(static_cast<char>(value >> 8));
  out->push_back(static_cast<char>(value));
}

void Put32(uint32_t value, std::string* out) {
  Put16(static_cast<uint16_t>(value >> 16), out);
  Put16(static_cast<uint16_t>(value), out);
}

void PutText(std::string_view text, std::string* out) {
  Put16(static_cast<uint16_t>(text.size()), out);
  out->append(text);
}

void PutLength(size_t length, std::string* out) {
  do {
    const size_t more = length >> 7;
    out->push_back(static_cast<char>((length & 0x7f) | (more > 0 ? 0x80 : 0)));
    length = more;
  } while (length > 0);
}

void PutPacket(Type type, int flags, std::string_view body, std::string* out) {
  out->push_back(static_cast<char>(static_cast<int>(type) << 4 | flags));
  PutLength(body.size(), out);
  out->append(body);
}

std::string_view Body::Take(size_t bytes) {
  if (bytes > rest.size()) {
    sound = false;
    return {};
  }
  const std::string_view taken = rest.substr(0, bytes);
  rest.remove_prefix(bytes);
  return taken;
}

uint32_t Body::Number(size_t bytes) {
  uint32_t value = 0;
  for (const char c : Take(bytes)) value = value << 8 | static_cast<uint8_t>(c);
  return value;
}

uint32_t Body::Length() {
  uint32_t value = 0;
  for (int shift = 0; shift < 28; shift += 7) {
    const uint8_t byte = Byte();
    value |= static_cast<uint32_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  sound = false;
  return 0;
}

Property TakeProperty(Body* body) {
  Property property;
  property.id = body->Byte();
  switch (property.id) {
    case 1:
    case 23:
    case 25:
    case 36:
    case 37:
    case 40:
    case 41:
    case 42:
      property.number = body->Byte();
      break;
    case 19:
    case 33:
    case 34:
    case 35:
      property.number = body->Number16();
      break;
    case 2:
    case 17:
    case 24:
    case 39:
      property.number = body->Number(4);
      break;
    case 11:
      property.number = body->Length();
      break;
    case 38:
      property.text = body->Text();
      property.value = body->Text();
      break;
    case 3:
    case 8:
    case 9:
    case 18:
    case 21:
    case 22:
    case 26:
    case 28:
    case 31:
      property.text = body->Text();
      break;
    default:
      body->sound = false;
  }
  return property;
}

Frame TakeFrame(std::string_view bytes) {
  Frame frame;
  if (bytes.empty()) return frame;
  Body body{bytes};
  const uint8_t first = body.Byte();
  const uint32_t length = body.Length();
  frame.type = static_cast<Type>(first >> 4);
  frame.flags = first & 15;
  if (!body.sound) {
    constexpr size_t kLongestHeader = 5;
    if (bytes.size() >= kLongestHeader) frame.state = Frame::State::kUnsound;
    return frame;
  }
  if (body.rest.size() < length) return frame;
  frame.body = body.Take(length);
  frame.size = bytes.size() - body.rest.size();
  frame.state = Frame::State::kWhole;
  return frame;
}

void ReadPublish(int flags, int version, Body* body, Publish* publish) {
  publish->dup = (flags & 8) != 0;
  publish->qos = flags >> 1 & 3;
  publish->retain = (flags & 1) != 0;
  body->sound &= publish->qos < 3 && !(publish->dup && publish->qos == 0);
  publish->topic = body->Text();
  if (publish->qos > 0) {
    publish->id = body->Number16();
    body->sound &= publish->id > 0;
  }
  if (version == kV5) {
    TakeProperties(body, [&](const Property& property) {
      if (property.id == 1) publish->is_text = property.number == 1;
      if (property.id == 3) publish->content_type = property.text;
      if (property.id == 38) publish->user_properties.emplace_back(property.text, property.value);
      if (property.id != 35) return;
      publish->alias = static_cast<uint16_t>(property.number);
      body->sound &= publish->alias > 0;
    });
  }
  body->sound &= publish->topic.find_first_of("+#") == std::string_view::npos;
  body->sound &= !publish->topic.empty() || publish->alias > 0;
  publish->payload = body->Take(body->rest.size());
}

}  // namespace sluice::sim::mqtt
