#pragma once

#include <string_view>

namespace sluice::codec {

// The syntax of topic names and filters (section 4.7). The strings are UTF-8 without U+0000
// already, and no longer than a field can be, because they were decoded or because the
// configuration was checked.

// At least one character [MQTT-4.7.3-1], no wildcard [MQTT-4.7.0-1].
bool IsTopicName(std::string_view topic);

// At least one character [MQTT-4.7.3-1]; '#' only as the last level [MQTT-4.7.1-1]; '+' only as a
// whole level [MQTT-4.7.1-2]; a shared filter must be well-formed in both its parts.
bool IsTopicFilter(std::string_view filter);

bool HasWildcard(std::string_view topic_or_filter);

// `$share/<group>/<filter>` taken apart; views into the argument.
struct SharedFilter {
  std::string_view group;
  std::string_view filter;
};

// True if the filter starts with "$share/", well-formed or not.
bool IsShared(std::string_view filter);

// Takes a shared filter apart. False unless the group has at least one character and no wildcard
// [MQTT-4.8.2-1] and a '/' and a filter of at least one character follow [MQTT-4.8.2-2]; the inner
// filter's own syntax is not checked.
bool ParseSharedFilter(std::string_view filter, SharedFilter* out);

}  // namespace sluice::codec
