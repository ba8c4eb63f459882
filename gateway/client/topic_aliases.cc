#include "client/topic_aliases.h"

#include <functional>

#include "client/options.h"

namespace sluice::client {
namespace {

// An alias takes three bytes of its own.
constexpr size_t kMinAliasedTopicBytes = 4;

}  // namespace

OutboundAliases::Use OutboundAliases::Find(std::string_view topic) {
  if (places_.empty() || topic.size() < kMinAliasedTopicBytes ||
      topic.size() > kMaxAliasedTopicBytes) {
    return {};
  }
  const size_t hash = std::hash<std::string_view>{}(topic);
  const size_t index = hash % places_.size();
  const auto alias = static_cast<uint16_t>(index + 1);
  Place& place = places_[index];
  if (place.topic == topic) return {alias, true};
  if (place.candidate == hash) return {alias, false};
  place.candidate = hash;
  return {};
}

void OutboundAliases::Announce(uint16_t alias, std::string_view topic) {
  places_[alias - 1u].topic = topic;
}

void InboundAliases::Set(uint16_t alias, std::string_view topic) {
  if (names_.size() < alias) names_.resize(alias);
  names_[alias - 1u] = topic;
}

std::string_view InboundAliases::Get(uint16_t alias) const {
  return alias <= names_.size() ? std::string_view(names_[alias - 1u]) : std::string_view();
}

}  // namespace sluice::client
