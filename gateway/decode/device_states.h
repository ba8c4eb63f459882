#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/keyed_hash.h"

namespace sluice::decode {

// What a decoder remembers of devices, and what it may.
struct StateStats {
  size_t devices = 0;
  size_t bytes = 0;
  uint64_t evicted = 0;
};

// What a decoder remembers of each device, by the identity that publishes for it and the device's
// name, so that no identity can change what is remembered for another. All of it is in memory only
// and may be forgotten at any time: a State has to be what a device tells again when it is asked.
//
// Bounded in bytes. Over the bound the identity that holds most loses what it has not used for
// longest, which is counted: a device with a thousand names takes nothing from the others.
//
// State has bytes() of its own memory. One thread.
template <typename State>
class DeviceStates {
 public:
  explicit DeviceStates(size_t max_bytes) : max_bytes_(max_bytes) {}

  // Null: nothing is remembered. Until the next Settle; counts as use.
  State* Find(std::string_view identity, std::string_view device) {
    const auto party = parties_.find(identity);
    if (party == parties_.end()) return nullptr;
    const auto found = party->second.index.find(device);
    if (found == party->second.index.end()) return nullptr;
    party->second.entries.splice(party->second.entries.begin(), party->second.entries,
                                 found->second);
    return &found->second->state;
  }

  // Makes it if it is not there. Settle follows.
  State& Get(std::string_view identity, std::string_view device) {
    if (State* const state = Find(identity, device)) return *state;
    Party& party = parties_.try_emplace(std::string(identity)).first->second;
    party.entries.emplace_front().device = device;
    party.index.emplace(device, party.entries.begin());
    ++stats_.devices;
    return party.entries.front().state;
  }

  // After the state of a device was changed: accounts for it, and evicts what is too much, perhaps
  // this one.
  void Settle(std::string_view identity, std::string_view device) {
    const auto party = parties_.find(identity);
    if (party == parties_.end()) return;
    const auto found = party->second.index.find(device);
    if (found == party->second.index.end()) return;
    Entry& entry = *found->second;
    const size_t bytes = kEntryBytes + 2 * entry.device.size() + entry.state.bytes();
    party->second.bytes += bytes - entry.bytes;
    stats_.bytes += bytes - entry.bytes;
    entry.bytes = bytes;
    while (stats_.bytes > max_bytes_) Evict();
  }

  const StateStats& stats() const { return stats_; }

 private:
  // List, index and party, as the allocator rounds them.
  static constexpr size_t kEntryBytes = sizeof(State) + 256;
  struct Entry {
    std::string device;
    State state;
    size_t bytes = 0;
  };
  struct Party {
    std::list<Entry> entries;  // the latest used first
    std::unordered_map<std::string, typename std::list<Entry>::iterator, KeyedHash, std::equal_to<>>
        index;
    size_t bytes = 0;
  };

  void Evict() {
    const auto party = std::max_element(
        parties_.begin(), parties_.end(),
        [](const auto& a, const auto& b) { return a.second.bytes < b.second.bytes; });
    const Entry& last = party->second.entries.back();
    stats_.bytes -= last.bytes;
    party->second.bytes -= last.bytes;
    party->second.index.erase(last.device);
    party->second.entries.pop_back();
    if (party->second.entries.empty()) parties_.erase(party);
    --stats_.devices;
    ++stats_.evicted;
  }

  const size_t max_bytes_;
  std::unordered_map<std::string, Party, KeyedHash, std::equal_to<>> parties_;
  StateStats stats_;
};

}  // namespace sluice::decode
