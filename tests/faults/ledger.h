#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::faults {

// What the world outside knows about one stream: what it sent, what it was told, what it told. It
// hears of it as publishers and uplinks do and asks no counter of the journal.
struct StreamLedger {
  struct Moment {
    size_t operations;    // that the disk had seen
    uint64_t told = 0;    // events below are acknowledged, or have been read by somebody
    uint64_t passed = 0;  // the uplink has acknowledged events below
  };

  std::string name;
  bool may_evict = false;
  bool has_route = false;
  // By offset; empty for one that drop_newest was told to drop.
  std::vector<std::string> events;
  std::vector<Moment> moments;  // the first is what held when the disk was opened

  const Moment& now() const { return moments.back(); }
  void Note(size_t operations, uint64_t told, uint64_t passed) {
    moments.push_back({operations, told, passed});
  }
  // What held when the disk had seen so many operations: the state of the world when the power
  // failed there.
  StreamLedger At(size_t operations) const {
    StreamLedger ledger = *this;
    while (ledger.moments.size() > 1 && ledger.now().operations > operations) {
      ledger.moments.pop_back();
    }
    ledger.moments = {ledger.now()};
    ledger.moments[0].operations = 0;
    return ledger;
  }
};

using Ledger = std::vector<StreamLedger>;

}  // namespace sluice::faults
