#pragma once

#include <cstdint>
#include <span>

#include "base/clock.h"
#include "base/mutex.h"
#include "journal/append_buffer.h"
#include "journal/journal_shared.h"
#include "journal/options.h"
#include "journal/stream.h"

namespace sluice::journal {

// The shared part of one stream.
class StreamCore {
 public:
  StreamCore(JournalShared* shared_in, StreamOptions options_in, uint64_t stream_id_in,
             const Clock* clock_in, size_t commit_bytes_in)
      : shared(shared_in),
        options(std::move(options_in)),
        stream_id(stream_id_in),
        clock(clock_in),
        commit_bytes(commit_bytes_in) {}

  // Takes all events or says why not; `offset` is the first one's.
  AppendVerdict Admit(uint64_t offset, int64_t time, std::span<const ByteSpan> payloads)
      SLUICE_REQUIRES(shared->mutex);

  JournalShared* const shared;
  const StreamOptions options;
  const uint64_t stream_id;
  const Clock* const clock;
  bool closed = false;  // could not be opened; set before anybody can append

  AppendBuffer dirty SLUICE_GUARDED_BY(shared->mutex);
  // With so much dirty the journal thread is told at once; see CommitPace.
  size_t commit_bytes SLUICE_GUARDED_BY(shared->mutex);
  // Bytes of records that the disk's bounds still allow.
  uint64_t room SLUICE_GUARDED_BY(shared->mutex) = 0;
  // The same without what drop_oldest would remove for them.
  uint64_t spare SLUICE_GUARDED_BY(shared->mutex) = 0;
  // What is dirty is to be synced, whatever the durability.
  bool commit_wanted SLUICE_GUARDED_BY(shared->mutex) = false;
  // Somebody waits for OnSpace: because the disk's bounds allow no more (`full`), or for want of
  // memory (`busy`), which is told when the disk is full as well.
  bool refused SLUICE_GUARDED_BY(shared->mutex) = false;
  bool full SLUICE_GUARDED_BY(shared->mutex) = false;
  bool busy SLUICE_GUARDED_BY(shared->mutex) = false;
  bool space SLUICE_GUARDED_BY(shared->mutex) = false;  // OnSpace is due
  // By drop_newest, since opening.
  uint64_t dropped_events SLUICE_GUARDED_BY(shared->mutex) = 0;
  uint64_t acknowledgeable SLUICE_GUARDED_BY(shared->mutex) = 0;
  uint64_t committed SLUICE_GUARDED_BY(shared->mutex) = 0;
  // What the journal thread last published.
  StreamStatus status SLUICE_GUARDED_BY(shared->mutex);

 private:
  void Refuse() SLUICE_REQUIRES(shared->mutex);
};

}  // namespace sluice::journal
