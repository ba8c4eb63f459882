#include "broker/bridge_notice.h"

namespace sluice::broker {

bool IsBridgeNotice(std::string_view topic, std::string_view client_id) {
  constexpr std::string_view kBefore = "$SYS/broker/connection/";
  constexpr std::string_view kBehind = "/state";
  if (!topic.starts_with(kBefore) || !topic.ends_with(kBehind)) return false;
  if (topic.size() <= kBefore.size() + kBehind.size()) return false;
  topic.remove_prefix(kBefore.size());
  topic.remove_suffix(kBehind.size());
  return topic == client_id;
}

}  // namespace sluice::broker
