#include "session/inbound_ids.h"

#include <algorithm>

#include "base/status.h"

namespace sluice::session {

InboundIds::Entry* InboundIds::Find(uint16_t packet_id) {
  for (Entry& entry : entries_) {
    if (entry.packet_id == packet_id) return &entry;
  }
  return nullptr;
}

void InboundIds::Insert(uint16_t packet_id) {
  entries_.push_back({packet_id, Stage::kHandedOut, true});
}

void InboundIds::Erase(Entry* entry) {
  entries_.erase(entries_.begin() + (entry - entries_.data()));
}

void InboundIds::Acknowledge(uint16_t packet_id, codec::ReasonCode reason) {
  Entry* entry = Find(packet_id);
  if (entry == nullptr || entry->stage != Stage::kHandedOut) return;
  if (codec::IsError(reason)) {
    Erase(entry);  // The client was not told; when it repeats the message it may be taken.
  } else {
    entry->stage = Stage::kReceived;
  }
}

size_t InboundIds::counted() const {
  return static_cast<size_t>(std::ranges::count(entries_, true, &Entry::counted));
}

void InboundIds::UncountAll() {
  for (Entry& entry : entries_) entry.counted = false;
}

void InboundIds::ForgetHandedOut() {
  std::erase_if(entries_, [](const Entry& entry) { return entry.stage == Stage::kHandedOut; });
}

void InboundIds::CheckInvariants() const {
  for (size_t i = 0; i < entries_.size(); ++i) {
    SLUICE_CHECK(entries_[i].packet_id != 0);
    for (size_t j = 0; j < i; ++j) SLUICE_CHECK(entries_[j].packet_id != entries_[i].packet_id);
  }
}

}  // namespace sluice::session
