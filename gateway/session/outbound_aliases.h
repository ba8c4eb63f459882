#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/keyed_hash.h"
#include "codec/publish.h"

namespace sluice::session {

// The numbers that stand for topics towards one client, which it has asked for [MQTT-3.1.2-27]. The
// first topics get one and keep it as long as the connection: what a subscriber hears of again and
// again is mostly among them, and replacing would cost more bytes than it saves.
//
// Allocates when a topic gets its number.
class OutboundAliases {
 public:
  // A new connection: at most so many, whose names are at most so many bytes together. 0: none.
  void Reset(uint16_t maximum, size_t max_bytes);
  bool in_use() const { return maximum_ > 0; }

  // Puts the number in the place of the topic; for one that is new beside it, if it may have one:
  // then it has to be kept when the packet has gone out.
  enum class Use : uint8_t { kNone, kKnown, kNew };
  Use Abbreviate(codec::Publish* publish) const;
  void Keep(std::string_view topic);

 private:
  uint16_t maximum_ = 0;
  size_t max_bytes_ = 0;
  size_t bytes_ = 0;
  std::unordered_map<std::string, uint16_t, KeyedHash, std::equal_to<>> numbers_;
};

}  // namespace sluice::session
