#include "codec/topic.h"

#include <algorithm>

namespace sluice::codec {
namespace {

constexpr std::string_view kSharePrefix = "$share/";

// A level between two slashes: '+' and '#' stand alone [MQTT-4.7.1-1] [MQTT-4.7.1-2].
bool IsFilterLevel(std::string_view level, bool is_last) {
  if (!HasWildcard(level)) return true;
  return level == "+" || (level == "#" && is_last);
}

bool IsPlainFilter(std::string_view filter) {
  if (filter.empty()) return false;  // [MQTT-4.7.3-1]
  for (;;) {
    const size_t slash = filter.find('/');
    const bool is_last = slash == std::string_view::npos;
    if (!IsFilterLevel(filter.substr(0, slash), is_last)) return false;
    if (is_last) return true;
    filter.remove_prefix(slash + 1);
  }
}

}  // namespace

bool HasWildcard(std::string_view topic_or_filter) {
  // Runs for every message; find_first_of takes ten times as long.
  return std::ranges::any_of(topic_or_filter, [](char c) { return c == '+' || c == '#'; });
}

bool IsTopicName(std::string_view topic) { return !topic.empty() && !HasWildcard(topic); }

bool IsTopicFilter(std::string_view filter) {
  if (!IsShared(filter)) return IsPlainFilter(filter);
  SharedFilter shared;
  return ParseSharedFilter(filter, &shared) && IsPlainFilter(shared.filter);
}

bool IsShared(std::string_view filter) { return filter.starts_with(kSharePrefix); }

bool ParseSharedFilter(std::string_view filter, SharedFilter* out) {
  if (!IsShared(filter)) return false;
  filter.remove_prefix(kSharePrefix.size());
  const size_t slash = filter.find('/');
  if (slash == std::string_view::npos) return false;  // [MQTT-4.8.2-2]
  *out = {filter.substr(0, slash), filter.substr(slash + 1)};
  if (out->group.empty() || HasWildcard(out->group)) return false;  // [MQTT-4.8.2-1]
  return !out->filter.empty();                                      // [MQTT-4.8.2-2]
}

}  // namespace sluice::codec
