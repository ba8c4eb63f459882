#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::decode {

// What a topic of Sparkplug B says (specification 3.0, 4.1):
// [<prefix>/]spBv1.0/<group>/<message type>/<edge node>[/<device>]. Views of the topic.
struct SparkplugTopic {
  enum class Message : uint8_t { kNBirth, kDBirth, kNData, kDData, kNDeath, kDDeath };

  std::string_view prefix = {};  // with its slash: what an access rule may ask for in front
  std::string_view group = {};
  std::string_view word = {};  // "NBIRTH"
  Message message = Message::kNData;
  std::string_view node = {};
  std::string_view device = {};  // empty: the message is of the node itself
  std::string_view member = {};  // <edge node>[/<device>]

  bool IsBirth() const { return message == Message::kNBirth || message == Message::kDBirth; }
  bool IsDeath() const { return message == Message::kNDeath || message == Message::kDDeath; }
};

// Nothing for commands, states, and what is none.
std::optional<SparkplugTopic> ParseSparkplugTopic(std::string_view topic);

}  // namespace sluice::decode
