#include "broker/filter_shapes.h"

#include "base/status.h"
#include "codec/topic_match.h"

namespace sluice::broker {
namespace {

static_assert(kMaxFilterLevels <= UINT8_MAX);

// Calls `visit` with each beginning of the filter's shape that has a '+'.
template <typename Visit>
void ForEachBeginning(std::string_view filter, Visit visit) {
  codec::LevelReader levels(filter);
  std::array<uint64_t, (kMaxFilterLevels + 63) / 64> plus{};
  bool has_plus = false;
  uint8_t depth = 0;
  for (std::string_view level; levels.Next(&level) && level != "#"; ++depth) {
    if (level == "+") plus[depth / 64] |= uint64_t{1} << (depth % 64);
    has_plus |= level == "+";
    if (has_plus) visit(std::pair(depth, plus));
  }
}

}  // namespace

size_t FilterShapes::Missing(const Counts& counts, std::string_view filter) {
  size_t missing = 0;
  ForEachBeginning(filter, [&](const Beginning& b) { missing += counts.contains(b) ? 0 : 1; });
  return missing;
}

bool FilterShapes::Add(std::string_view filter, const PartyRef& party) {
  if (filter.find('+') == std::string_view::npos) return true;
  Counts& own = of_parties_[&*party];
  const bool fits = own.size() + Missing(own, filter) <= max_of_one_ * party->share() &&
                    all_.size() + Missing(all_, filter) <= max_in_all_;
  if (fits) {
    ForEachBeginning(filter, [&](const Beginning& beginning) {
      ++own[beginning];
      ++all_[beginning];
    });
  }
  if (own.empty()) of_parties_.erase(&*party);
  return fits;
}

void FilterShapes::Remove(std::string_view filter, const PartyRef& party) {
  if (filter.find('+') == std::string_view::npos) return;
  const auto own = of_parties_.find(&*party);
  SLUICE_CHECK(own != of_parties_.end());
  const auto forget = [](Counts& counts, const Beginning& beginning) {
    const auto found = counts.find(beginning);
    if (--found->second == 0) counts.erase(found);
  };
  ForEachBeginning(filter, [&](const Beginning& beginning) {
    forget(own->second, beginning);
    forget(all_, beginning);
  });
  if (own->second.empty()) of_parties_.erase(own);
}

void FilterShapes::CheckInvariants() const {
  Counts sums;
  for (const auto& [party, own] : of_parties_) {
    SLUICE_CHECK(!own.empty() && own.size() <= max_of_one_ * party->share());
    for (const auto& [beginning, count] : own) {
      SLUICE_CHECK(count > 0);
      sums[beginning] += count;
    }
  }
  SLUICE_CHECK(sums == all_ && all_.size() <= max_in_all_);
}

}  // namespace sluice::broker
