#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "broker/share.h"
#include "broker/topic_filter.h"

namespace sluice::broker {

// How many ways there are through the tree of subscriptions, whatever the topic.
//
// A walk for a topic visits a node for each distinct beginning of a filter's shape ("which of its
// levels are '+'") that leads on: filters such as "+/a/+/a", in all combinations of '+' and 'a',
// make a topic "a/a/a/a" visit a number of nodes that doubles with each level. Bounding the shapes'
// distinct beginnings bounds every walk. Those without a '+' are one a level, and free.
//
// Invariants, asserted by CheckInvariants(): no more than `max_in_all` beginnings; of each as many
// as the parties have together; none is counted zero times, and no party without any is kept.
//
// Allocates, when subscribing only. Loop thread only.
class FilterShapes {
 public:
  // `max_of_one`: of each party, for each of its shares; `max_in_all` stops several of them.
  FilterShapes(size_t max_of_one, size_t max_in_all)
      : max_of_one_(max_of_one), max_in_all_(max_in_all) {}

  // Whether the party may subscribe to `filter`; counts it if so. Once for each subscription.
  bool Add(std::string_view filter, const PartyRef& party);
  void Remove(std::string_view filter, const PartyRef& party);

  size_t size() const { return all_.size(); }

  void CheckInvariants() const;  // visits everything; for tests

 private:
  // Depth, and the levels that are '+' as bits.
  using Levels = std::array<uint64_t, (kMaxFilterLevels + 63) / 64>;
  using Beginning = std::pair<uint8_t, Levels>;
  using Counts = std::map<Beginning, uint32_t>;

  static size_t Missing(const Counts& counts, std::string_view filter);

  const size_t max_of_one_;
  const size_t max_in_all_;
  Counts all_;
  std::unordered_map<const Party*, Counts> of_parties_;
};

}  // namespace sluice::broker
