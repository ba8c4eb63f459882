#include "normalise/event_list.h"

#include <cstring>

namespace sluice::normalise {

void EventList::Clear() {
  storage_.clear();
  extents_.clear();
  devices_.clear();
  bytes_ = 0;
}

void EventList::Add(ByteSpan event, std::string_view device) {
  constexpr size_t kAlignment = 8;
  const size_t begin = (storage_.size() + kAlignment - 1) / kAlignment * kAlignment;
  storage_.resize(begin + event.size());
  std::memcpy(storage_.data() + begin, event.data(), event.size());
  extents_.push_back({begin, event.size(), devices_.size(), device.size()});
  devices_.append(device);
  bytes_ += event.size();
}

}  // namespace sluice::normalise
