#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/mqtt.h"

// What packets are made of, for those who read and write them here.
namespace sluice::sim::mqtt {

void Put16(uint16_t value, std::string* out);
void Put32(uint32_t value, std::string* out);
void PutText(std::string_view text, std::string* out);
void PutLength(size_t length, std::string* out);
void PutPacket(Type type, int flags, std::string_view body, std::string* out);

// The front of a packet's body; whoever reads past its end gets nothing and `sound` is false.
struct Body {
  std::string_view rest;
  bool sound = true;

  std::string_view Take(size_t bytes);
  uint32_t Number(size_t bytes);
  uint16_t Number16() { return static_cast<uint16_t>(Number(2)); }
  uint8_t Byte() { return static_cast<uint8_t>(Number(1)); }
  std::string_view Text() { return Take(Number(2)); }
  uint32_t Length();
};

// One of a packet's properties (5.0, section 2.2.2.2).
struct Property {
  uint8_t id = 0;
  uint32_t number = 0;
  std::string_view text, value;  // `value`: of a user property, whose name is `text`
};
// The next one; not sound where there is no such property.
Property TakeProperty(Body* body);
// All of them, in their order.
template <typename Use>
void TakeProperties(Body* body, Use use) {
  Body properties{body->Take(body->Length())};
  while (properties.sound && !properties.rest.empty()) {
    const Property property = TakeProperty(&properties);
    if (properties.sound) use(property);
  }
  body->sound &= properties.sound;
}

// The first packet of `bytes` as a frame. kPart: it is not there as a whole.
struct Frame {
  enum class State : uint8_t { kWhole, kPart, kUnsound } state = State::kPart;
  Type type = Type::kPingresp;
  int flags = 0;
  std::string_view body;
  size_t size = 0;  // with its header
};
Frame TakeFrame(std::string_view bytes);

// What both sides say.
void ReadPublish(int flags, int version, Body* body, Publish* publish);

}  // namespace sluice::sim::mqtt
