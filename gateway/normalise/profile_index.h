#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "normalise/topic_filters.h"

namespace sluice::normalise {

struct CompiledProfile;

// Which profiles have a filter for a topic. Devices publish to the same few topics again and again,
// so the answer is remembered for as many as there are slots; a topic of another hash takes the
// slot of the one before. Bounded by kSlots topics of kMaxTopicBytes; no allocation once each slot
// has held one of that length. One thread.
class ProfileIndex {
 public:
  static constexpr size_t kSlots = 256;
  static constexpr size_t kMaxTopicBytes = 128;  // of one that is remembered

  // By their places in `profiles`, in order; valid until the next call.
  std::span<const uint16_t> Find(const std::vector<CompiledProfile>& profiles, const Topic& topic);

 private:
  struct Slot {
    std::string topic;  // empty: none
    std::vector<uint16_t> found;
  };

  std::array<Slot, kSlots> slots_;
  Slot other_;  // for a topic that is not remembered
};

}  // namespace sluice::normalise
