#include "forward/uplink.h"

namespace sluice::forward {

size_t OutgoingMessage::WireBytes() const {
  constexpr size_t kFixed = 16;  // header, packet identifier, lengths of the parts
  size_t bytes = kFixed + topic.size() + payload.size() + content_type.size();
  for (const UserProperty& property : properties) {
    bytes += kBytesPerProperty + property.name.size() + property.value.size();
  }
  return bytes;
}

}  // namespace sluice::forward
