#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/clock.h"
#include "journal/append_buffer.h"
#include "journal/options.h"
#include "journal/stream.h"

namespace sluice::journal {

struct ReadJob;

// What the loop thread and the journal thread share. Both hold the mutex only to copy numbers and
// to swap buffers (the loop thread also to encode one record), never across I/O.
struct JournalShared {
  enum class Sleep : uint8_t {
    kAwake,      // will look for work before it sleeps
    kIdle,       // any work wakes it
    kGathering,  // sleeps until the linger is over; only urgent work wakes it
  };

  std::mutex mutex;
  // Below: guarded by the mutex.
  std::condition_variable wake;
  Sleep sleep = Sleep::kAwake;
  bool work = false;  // something came since the journal thread last looked
  bool stopping = false;
  bool poll_due = false;  // wakeup has been called, Poll() has not
  std::vector<std::shared_ptr<ReadJob>> reads;
  std::vector<std::shared_ptr<ReadJob>> finished_reads;

  // Call with the mutex held; true if `wake` must be notified once it is released.
  bool NoteWork(bool urgent);
};

// The shared part of one stream. Everything that is not const is guarded by the mutex.
class StreamCore {
 public:
  StreamCore(JournalShared* shared_in, StreamOptions options_in, uint64_t stream_id_in,
             const Clock* clock_in, size_t commit_bytes_in)
      : shared(shared_in),
        options(std::move(options_in)),
        stream_id(stream_id_in),
        clock(clock_in),
        commit_bytes(commit_bytes_in) {}

  // Takes all events or says why not; `offset` is the first one's. The mutex is held.
  AppendVerdict Admit(uint64_t offset, int64_t time, std::span<const ByteSpan> payloads);

  JournalShared* const shared;
  const StreamOptions options;
  const uint64_t stream_id;
  const Clock* const clock;
  const size_t commit_bytes;
  bool closed = false;  // could not be opened; set before anybody can append

  AppendBuffer dirty;
  uint64_t room = 0;            // bytes of records that the disk's bounds still allow
  bool refused = false;         // somebody waits for OnSpace
  bool full = false;            // because the disk's bounds allow no more
  bool busy = false;            // for want of memory, which is told when the disk is full as well
  bool space = false;           // OnSpace is due
  uint64_t dropped_events = 0;  // by drop_newest, since opening
  uint64_t acknowledgeable = 0;
  uint64_t committed = 0;
  StreamStatus status;  // what the journal thread last published

 private:
  void Refuse();
};

}  // namespace sluice::journal
