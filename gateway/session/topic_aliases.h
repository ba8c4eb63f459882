#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::session {

// The topic names that one connection's client abbreviates [MQTT-3.3.2-7]. Holds at most `maximum`
// names; the session bounds the length of each.
class TopicAliases {
 public:
  explicit TopicAliases(uint16_t maximum) : maximum_(maximum) {}

  // 0 is never an alias [MQTT-3.3.2-8], nor is anything above the maximum that we announced
  // [MQTT-3.3.2-9].
  bool IsLegal(uint16_t alias) const { return alias != 0 && alias <= maximum_; }
  // IsLegal(alias). Replaces what the alias meant.
  void Set(uint16_t alias, std::string_view topic);
  // The name, valid until the next Set; empty if the alias has not been set.
  std::string_view Get(uint16_t alias) const;
  // Of all names together.
  size_t bytes() const { return bytes_; }

 private:
  uint16_t maximum_;
  size_t bytes_ = 0;
  std::vector<std::string> names_;  // index alias - 1; as long as the largest alias seen
};

}  // namespace sluice::session
