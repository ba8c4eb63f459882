#include "transport/stream_upgrade.h"

#include <utility>

namespace sluice::transport {

UpgradeChain::UpgradeChain(const std::vector<StreamUpgrade::Maker>& makers,
                           const StreamUpgrade::Parts& parts, Through on_through, Failed on_failed)
    : on_through_(std::move(on_through)), on_failed_(std::move(on_failed)) {
  for (const StreamUpgrade::Maker& make : makers) {
    const size_t next = upgrades_.size() + 1;
    upgrades_.push_back(make(parts, [this, next](StreamUpgrade::Outcome outcome) {
      if (outcome.stream == nullptr) return on_failed_(outcome);
      PassTo(next, std::move(outcome.stream));
    }));
  }
}

UpgradeChain::~UpgradeChain() = default;

// A newcomer keeps us waiting anew in each of them.
void UpgradeChain::PassTo(size_t step, std::unique_ptr<ByteStream> stream) {
  stream->SetStanding(Standing::kSilent);
  if (step == upgrades_.size()) return on_through_(std::move(stream));
  upgrades_[step]->Take(std::move(stream));
}

size_t UpgradeChain::size() const {
  size_t sum = 0;
  for (const auto& upgrade : upgrades_) sum += upgrade->size();
  return sum;
}

}  // namespace sluice::transport
