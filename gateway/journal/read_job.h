#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/env.h"
#include "journal/reader.h"
#include "journal/segment_reader.h"
#include "journal/stream_store.h"

namespace sluice::journal {

class StreamCore;
struct JournalShared;

struct ReadRequest {
  bool find = false;
  bool searching = false;  // a find that has begun
  uint64_t from = 0;
  int64_t time = 0;
};

// One reader's request and everything that is reused between its requests. Belongs to the loop
// thread while kIdle or kTelling, to the journal thread while kQueued.
struct ReadJob {
  enum class State : uint8_t { kIdle, kQueued, kTelling };

  StreamCore* core = nullptr;
  size_t max_bytes = 0;
  Reader::Callback callback;
  bool abandoned = false;  // the reader is gone
  State state = State::kIdle;
  bool again = false;  // Read was called while kTelling

  ReadRequest next_request;  // loop thread's; copied when it is queued
  ReadRequest request;

  SegmentReader segment;
  uint32_t version = 0;  // of the segment, see Segment
  std::vector<uint8_t> buffer;
  std::vector<Record> records;
  ReadResult result;
};

// What a read found out about the medium: each segment once, however often it is read.
struct ReadDamage {
  uint64_t quarantined = 0;  // segments
  uint64_t lost_events = 0;
};

// Gives a job to the journal thread; tells its reader the result. Loop thread.
void SubmitRead(const std::shared_ptr<ReadJob>& job, JournalShared* shared);
void FinishRead(const std::shared_ptr<ReadJob>& job, JournalShared* shared);

// Carries a job a piece further: reads at most max_bytes. True when its result is there. Records
// from `limit` on are not read. Salvages a segment that turns out to be damaged. Journal thread.
bool ContinueRead(Env& env, StreamStore* store, uint64_t limit, ReadJob* job, ReadDamage* damage);
// Makes `status` the job's result. Journal thread.
void RefuseRead(Status status, ReadJob* job);

}  // namespace sluice::journal
