#include "session/outbound_aliases.h"

namespace sluice::session {

void OutboundAliases::Reset(uint16_t maximum, size_t max_bytes) {
  maximum_ = maximum;
  max_bytes_ = max_bytes;
  bytes_ = 0;
  numbers_.clear();
}

OutboundAliases::Use OutboundAliases::Abbreviate(codec::Publish* publish) const {
  if (const auto known = numbers_.find(publish->topic); known != numbers_.end()) {
    publish->properties.topic_alias = known->second;
    publish->topic = {};  // [MQTT-3.3.2-7]
    return Use::kKnown;
  }
  if (numbers_.size() >= maximum_ || bytes_ + publish->topic.size() > max_bytes_) {
    return Use::kNone;
  }
  publish->properties.topic_alias = static_cast<uint16_t>(numbers_.size() + 1);
  return Use::kNew;
}

void OutboundAliases::Keep(std::string_view topic) {
  bytes_ += topic.size();
  numbers_.emplace(topic, static_cast<uint16_t>(numbers_.size() + 1));
}

}  // namespace sluice::session
