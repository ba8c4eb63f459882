#include "journal/disk_room.h"

#include <algorithm>

#include "base/log.h"
#include "base/probe.h"
#include "base/saturating.h"

namespace sluice::journal {
namespace {

// What a batch may take besides its records, in pages begun: its own, a new segment after a
// failure, a gap segment, and the one that the next opening makes of an unsynced tail.
constexpr uint64_t kSlackBytes = 4 * 4096;

}  // namespace

uint64_t DiskRoom::Unused(uint64_t spare_bytes) const {
  uint64_t room = std::min(SaturatingSub(stream_.max_bytes, store_.bytes()), spare_bytes);
  const Result<uint64_t> free = env_.FreeBytes(store_.paths().directory);
  if (free.ok())
    room = std::min(room, SaturatingSub(*free + store_.reserved_bytes(), options_.min_free_bytes));
  return SaturatingSub(room, kSlackBytes);
}

uint64_t DiskRoom::Reclaimable() const {
  if (stream_.on_full == OnFull::kDropOldest) return store_.SealedBytes();
  return Passed();
}

void DiskRoom::Make(uint64_t bytes, uint64_t spare_bytes) {
  const uint64_t before = store_.bytes();
  for (;;) {
    const uint64_t freed = SaturatingSub(before, store_.bytes());
    const uint64_t spare = spare_bytes > UINT64_MAX - freed ? spare_bytes : spare_bytes + freed;
    const uint64_t room = Unused(spare);
    if (room >= bytes || !Reclaim(bytes - room)) return;
  }
}

// First what every route has passed; then, under drop_oldest, a segment that none has.
bool DiskRoom::Reclaim(uint64_t bytes) {
  const uint64_t lowest = cursors_.LowestSaved();
  if (store_.AcknowledgedBytes(lowest) == 0) return EvictOne(lowest);
  const uint64_t before = store_.bytes();
  store_.DeleteBelow(lowest, bytes);
  return store_.bytes() < before;
}

bool DiskRoom::EvictOne(uint64_t lowest_cursor) {
  if (stream_.on_full != OnFull::kDropOldest) return false;
  Segment evicted;
  const Result<bool> done = store_.EvictOldest(&evicted);
  if (!done.ok()) LogWarn("journal: {}", done.status().ToString());
  if (!done.ok() || !*done) return false;
  if (cursors_.has_unsaved()) SLUICE_PROBE("journal: eviction before a cursor exists");
  evicted_events_ += SaturatingSub(evicted.end, std::max(evicted.base, lowest_cursor));
  return true;
}

void DiskRoom::Retain() {
  if (stream_.keep_acknowledged || cursors_.empty()) return;
  uint64_t below = cursors_.LowestSaved();
  if (stream_.keep.count() > 0) {
    const WallTime oldest = options_.clock->WallNow() - stream_.keep;
    below = std::min(below, store_.EndOfOlderThan(ToUnixNanos(oldest)));
  }
  store_.DeleteBelow(below, UINT64_MAX);
}

std::optional<int64_t> DiskRoom::OldestKept() const {
  const auto& segments = store_.segments();
  const bool any =
      segments.size() > 1 && !cursors_.empty() && segments.front().end <= cursors_.LowestSaved();
  return any ? std::optional(segments.front().created) : std::nullopt;
}

bool DiskRoom::ReleaseKept() {
  if (!OldestKept()) return false;
  const uint64_t before = store_.first_offset();
  store_.DeleteBelow(cursors_.LowestSaved(), 1);
  return store_.first_offset() > before;
}

uint64_t DiskRoom::PassedEvents() const {
  return cursors_.empty() ? 0 : SaturatingSub(cursors_.LowestSaved(), store_.FirstEvent());
}

}  // namespace sluice::journal
