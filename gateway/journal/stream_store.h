#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/env.h"
#include "base/status.h"
#include "journal/block_packer.h"
#include "journal/paths.h"
#include "journal/quarantine.h"
#include "journal/record.h"
#include "journal/segment_rewriter.h"
#include "journal/segment_writer.h"

namespace sluice::journal {

struct Segment {
  uint64_t base = 0;
  uint64_t end = 0;     // records cover [base, end)
  uint64_t bytes = 0;   // of the file
  int64_t created = 0;  // unix ns
  bool gap = false;     // a gap segment
  // Not kOk: it is damaged, and for this reason could not be replaced. Readers step over what is
  // not sound.
  StatusCode unreplaced = StatusCode::kOk;
  uint32_t version = 0;                 // changes when the file is replaced
  GapReason reason = GapReason::kNone;  // of a gap segment
};

// The segment files of one stream: what is there, and the only code that changes it. Journal thread
// only (and the thread that opens the journal, before that one starts).
//
// Invariants, asserted by CheckInvariants(): segments are in order and do not overlap; the last one
// is never deleted, so that the next offset survives; it ends where the stream does. A segment that
// is being written (`active`) is always the last. Without one everything is synced.
class StreamStore {
 public:
  struct Settings {
    uint64_t segment_bytes = 0;
    bool preallocate = false;
    uint64_t max_quarantine_bytes = 0;
    bool compress = false;
  };
  StreamStore(Env& env, StreamPaths paths, uint64_t stream_id, const Clock& clock,
              Settings settings);

  const StreamPaths& paths() const { return paths_; }
  uint64_t stream_id() const { return stream_id_; }
  const std::vector<Segment>& segments() const { return segments_; }
  uint64_t first_offset() const { return segments_.empty() ? end_offset_ : segments_.front().base; }
  uint64_t end_offset() const { return end_offset_; }
  // The first that is stored as an event; the end if there is none.
  uint64_t FirstEvent() const;
  // The end of the segments in front of which all was appended before `time`, in unix nanoseconds.
  uint64_t EndOfOlderThan(int64_t time) const;
  // Disk space in use: whole pages, without what is reserved.
  uint64_t bytes() const { return bytes_; }
  const Quarantine& quarantine() const { return quarantine_; }
  uint64_t reserved_bytes() const;
  // Of sealed segments with events: below `cursor`, and in all.
  uint64_t AcknowledgedBytes(uint64_t cursor) const;
  uint64_t SealedBytes() const;

  // Recovery fills the list, in order.
  void Adopt(const Segment& segment);
  void NoteCut(uint64_t base, uint64_t bytes);
  void AdoptEnd(uint64_t end_offset) { end_offset_ = end_offset; }

  // True when records of so many `bytes` do not fit into the active segment, however small they
  // might become; it must then be synced before Append.
  bool NeedsRoll(size_t bytes) const;
  // Writes whole records that cover [end_offset(), end) and begin with a batch record, which is
  // stamped here; returns how many bytes they take in the file.
  Result<uint64_t> Append(uint8_t* records, size_t size, uint64_t end);
  Status Sync();
  // OK if the active segment, if there is one, is still at its path.
  Status CheckInPlace() const;
  // After a failure: forgets everything behind `committed`; the next Append begins a new segment
  // there.
  void Abandon(uint64_t committed);
  // Makes the active segment an ordinary one; it is synced.
  void Seal();

  // Continues the stream with a gap up to `end`; synced.
  Status AppendGap(uint64_t end, GapReason reason);
  // Removes sealed segments that lie wholly below `cursor`, at most until `bytes` are freed.
  void DeleteBelow(uint64_t cursor, uint64_t bytes);
  // Replaces the oldest sealed segment that has events by a gap; its range is in `*evicted`. False
  // if there is none.
  Result<bool> EvictOldest(Segment* evicted);
  // Replaces a damaged segment; see "Salvage" in FORMAT.md. Returns how many events are lost. After
  // a failure the segment is marked as damaged and stays, and is not tried again before the next
  // opening.
  Result<uint64_t> Salvage(uint64_t base);
  // The segment's file was deleted by somebody. Returns how many events are lost by that: 0 if it
  // is known already.
  uint64_t NoteGone(uint64_t base);
  // Copies [from, end_offset()) of the last segment into a new, synced one.
  Status RewriteTail(uint64_t from);

  // The segment that covers `offset`, or the first one behind it; null behind the last.
  const Segment* Locate(uint64_t offset) const;

  void CheckInvariants() const;

 private:
  // The only four that change segments_ in what counts for bytes_.
  void Push(const Segment& segment);
  void Erase(std::vector<Segment>::iterator segment);
  void Replace(Segment* segment, const Segment& by);
  void SetBytes(Segment* segment, uint64_t bytes);

  Status MakeActive();
  void DropEmptyLast();
  Status WriteGap(uint64_t base, uint64_t end, GapReason reason, Segment* segment);
  bool IsSealed(size_t index) const { return active_ == nullptr || index + 1 < segments_.size(); }
  size_t OldestWithEvents() const;
  std::vector<Segment>::iterator Find(uint64_t base);
  Result<Segment> WriteEvictedGap(const Segment* before, const Segment& evicted);
  Status OverwriteWithGap(const Segment& gap, uint64_t file_base);
  Result<RewrittenSegment> Rewrite(const Segment& damaged);

  Env& env_;
  const StreamPaths paths_;
  const uint64_t stream_id_;
  const Clock& clock_;
  const Settings settings_;
  Quarantine quarantine_;
  std::vector<Segment> segments_;
  uint64_t bytes_ = 0;  // of segments_, in whole pages
  std::unique_ptr<SegmentWriter> active_;
  std::unique_ptr<BlockPacker> packer_;  // with Settings::compress
  uint64_t end_offset_ = 0;
  uint64_t synced_offset_ = 0;
  uint32_t last_version_ = 0;
};

}  // namespace sluice::journal
