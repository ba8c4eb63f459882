#include "journal/stream_core.h"

#include <utility>

namespace sluice::journal {

AppendVerdict StreamCore::Admit(uint64_t offset, int64_t time, std::span<const ByteSpan> payloads) {
  size_t cost = 0;
  for (const ByteSpan payload : payloads) {
    if (payload.size() > options.max_event_bytes) return AppendVerdict::kTooLarge;
    cost += dirty.CostOf(payload.size());
  }
  if (cost > options.max_dirty_bytes) return AppendVerdict::kTooLarge;
  if (dirty.size() + cost > options.max_dirty_bytes) {
    busy = true;
    Refuse();
    return AppendVerdict::kBusy;
  }
  if (dirty.size() + cost <= room) {
    for (const ByteSpan payload : payloads) dirty.AddEvent(stream_id, offset++, time, payload);
    return AppendVerdict::kStored;
  }
  if (closed || options.on_full != OnFull::kDropNewest) {
    full = !closed;
    Refuse();
    return AppendVerdict::kFull;
  }
  for (size_t i = 0; i < payloads.size(); ++i) dirty.AddDropped(stream_id, offset++, time);
  dropped_events += payloads.size();
  return AppendVerdict::kDropped;
}

// From now on the journal thread looks for room again and again, and an idle one has to be told.
void StreamCore::Refuse() {
  if (std::exchange(refused, true)) return;
  if (shared->NoteWork(false)) shared->wake.NotifyOne();
}

}  // namespace sluice::journal
