#include "sim/conversation.h"

#include <xxhash.h>

#include <algorithm>
#include <utility>

#include "sim/mqtt.h"

namespace sluice::sim {

uint64_t FingerprintOf(const forward::OutgoingMessage& message, int version) {
  uint64_t print = XXH3_64bits(message.payload.data(), message.payload.size());
  const auto add = [&print](std::string_view text) {
    print = XXH3_64bits_withSeed(text.data(), text.size(), print);
  };
  add(message.topic);
  if (version != mqtt::kV5) return print;
  add(message.content_type);
  add(message.is_text ? "text" : "");
  for (const forward::UserProperty& property : message.properties) {
    add(property.name);
    add(property.value);
  }
  return print;
}

Conversation::Message* Conversation::OnArrived(std::string_view topic, uint64_t fingerprint) {
  const auto found = std::find_if(messages_.begin(), messages_.end(), [&](const Message& message) {
    return !message.arrived && message.fingerprint == fingerprint && message.route == topic;
  });
  if (found == messages_.end()) return nullptr;
  // Behind it nothing may have arrived yet.
  const bool is_late =
      std::any_of(found, messages_.end(), [](const Message& message) { return message.arrived; });
  if (is_late) return nullptr;
  found->arrived = true;
  return &*found;
}

Conversation::Message* Conversation::Find(uint32_t token) {
  const auto found = std::find_if(messages_.begin(), messages_.end(), [&](const Message& message) {
    return message.arrived && message.token == token;
  });
  return found == messages_.end() ? nullptr : &*found;
}

std::optional<Conversation::Message> Conversation::Take(uint32_t token) {
  const auto found = std::find_if(messages_.begin(), messages_.end(),
                                  [&](const Message& message) { return message.token == token; });
  if (found == messages_.end()) return {};
  Message message = std::move(*found);
  messages_.erase(found);
  return message;
}

}  // namespace sluice::sim
