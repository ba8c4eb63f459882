#include "firmware_sim/outbox.h"

#include <algorithm>

#include "base/status.h"

namespace sluice::fleet {

size_t Outbox::Bytes(const OutboxEntry& entry) {
  return entry.message.topic.size() + entry.message.payload.size();
}

bool Outbox::Add(OutboxEntry entry) {
  SLUICE_CHECK(entries_.empty() || entries_.back().seq < entry.seq);
  if (entries_.size() >= limits_.entries || bytes_ + Bytes(entry) > limits_.bytes) return false;
  bytes_ += Bytes(entry);
  entries_.push_back(std::move(entry));
  return true;
}

OutboxEntry* Outbox::NextToSend() {
  if (in_flight_ == entries_.size()) return nullptr;
  const auto it = std::find_if(entries_.begin(), entries_.end(),
                               [](const OutboxEntry& entry) { return !entry.in_flight; });
  return &*it;
}

std::deque<OutboxEntry>::iterator Outbox::Locate(uint64_t seq) {
  const auto it = std::lower_bound(
      entries_.begin(), entries_.end(), seq,
      [](const OutboxEntry& entry, uint64_t wanted) { return entry.seq < wanted; });
  return it != entries_.end() && it->seq == seq ? it : entries_.end();
}

OutboxEntry* Outbox::Find(uint64_t seq) {
  const auto it = Locate(seq);
  return it == entries_.end() ? nullptr : &*it;
}

void Outbox::MarkSent(OutboxEntry* entry, uint64_t tx, MonotonicTime now) {
  SLUICE_CHECK(!entry->in_flight);
  entry->in_flight = true;
  ++in_flight_;
  if (entry->first_tx == 0) entry->first_tx = tx;
  if (entry->sure_tx == 0) entry->sure_tx = tx;
  entry->sent_at = now;
}

void Outbox::Return(OutboxEntry* entry) {
  if (!entry->in_flight) return;
  entry->in_flight = false;
  --in_flight_;
  entry->sure_tx = 0;
}

size_t Outbox::ReturnAll() {
  const size_t count = in_flight_;
  for (OutboxEntry& entry : entries_) Return(&entry);
  return count;
}

size_t Outbox::Touch(MonotonicTime now) {
  for (OutboxEntry& entry : entries_) {
    if (entry.in_flight) entry.sent_at = now;
  }
  return in_flight_;
}

void Outbox::Remove(uint64_t seq) {
  const auto it = Locate(seq);
  if (it == entries_.end()) return;
  Return(&*it);
  bytes_ -= Bytes(*it);
  entries_.erase(it);
}

MonotonicTime Outbox::OldestSent() const {
  MonotonicTime oldest{};
  for (const OutboxEntry& entry : entries_) {
    if (entry.in_flight && (oldest == MonotonicTime{} || entry.sent_at < oldest))
      oldest = entry.sent_at;
  }
  return oldest;
}

}  // namespace sluice::fleet
