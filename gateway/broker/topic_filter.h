#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::broker {

// What the broker asks of filters beyond their syntax (codec/topic.h) and matching
// (codec/topic_match.h). Everything here takes valid ones. Nothing allocates.

// A filter of 65,535 slashes would make as many tree nodes out of one packet, and a walk as deep.
// Real topics have three to ten levels; Mosquitto takes as many as this. Limits may allow fewer,
// never more.
inline constexpr size_t kMaxFilterLevels = 200;

size_t LevelsOf(std::string_view filter);

// The part of a filter before its first wildcard, without a '/' at its end: every topic that the
// filter matches starts with it.
std::string_view LiteralPrefix(std::string_view filter);

}  // namespace sluice::broker
