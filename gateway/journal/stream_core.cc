#include "journal/stream_core.h"

namespace sluice::journal {

bool JournalShared::NoteWork(bool urgent) {
  work = true;
  if (sleep == Sleep::kAwake || (sleep == Sleep::kGathering && !urgent)) return false;
  sleep = Sleep::kAwake;
  return true;
}

AppendVerdict StreamCore::Admit(uint64_t offset, int64_t time, ByteSpan payload) {
  if (payload.size() > options.max_event_bytes) return AppendVerdict::kTooLarge;
  const size_t cost = dirty.CostOf(payload.size());
  if (dirty.size() + cost > options.max_dirty_bytes) {
    refused = true;
    return AppendVerdict::kBusy;
  }
  if (dirty.size() + cost <= room) {
    dirty.AddEvent(stream_id, offset, time, payload);
    return AppendVerdict::kStored;
  }
  if (options.on_full != OnFull::kDropNewest) {
    refused = true;
    return AppendVerdict::kFull;
  }
  dirty.AddDropped(stream_id, offset, time);
  ++status.evicted_events;
  return AppendVerdict::kDropped;
}

}  // namespace sluice::journal
