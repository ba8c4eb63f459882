#include "normalise/profile_index.h"

#include "base/checksum.h"
#include "normalise/compiled_profile.h"

namespace sluice::normalise {
namespace {

void Collect(const std::vector<CompiledProfile>& profiles, const Topic& topic,
             std::vector<uint16_t>* found) {
  found->clear();
  for (size_t i = 0; i < profiles.size(); ++i) {
    if (profiles[i].topics.MatchesAny(topic)) found->push_back(static_cast<uint16_t>(i));
  }
}

}  // namespace

std::span<const uint16_t> ProfileIndex::Find(const std::vector<CompiledProfile>& profiles,
                                             const Topic& topic) {
  if (topic.text.empty() || topic.text.size() > kMaxTopicBytes) {
    Collect(profiles, topic, &other_.found);
    return other_.found;
  }
  Slot& slot = slots_[Xxh3(AsBytes(topic.text)) % kSlots];
  if (slot.topic != topic.text) {
    slot.topic.reserve(kMaxTopicBytes);
    slot.topic = topic.text;
    Collect(profiles, topic, &slot.found);
  }
  return slot.found;
}

}  // namespace sluice::normalise
