#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "base/clock.h"
#include "base/status.h"
#include "journal/record.h"

namespace sluice::journal {

struct ReadResult {
  Status status;  // not OK: the medium failed, try later
  std::span<const Record>
      records;  // contiguous, the first contains the offset asked for; empty at the end
  uint64_t next_offset = 0;  // where to read on
};

struct ReadJob;
struct JournalShared;

// Reads one stream in order, a bounded piece at a time, on the journal thread. Loop thread only.
// Keeps one buffer of max_bytes, or of the largest event met if that is larger, and its place in
// the file.
class Reader {
 public:
  // Called from within Journal::Poll(). The records and their payloads, which are 8-byte aligned,
  // are valid until the next Read or Find and as long as the reader; those of a Read that the
  // callback starts until it has returned.
  using Callback = std::function<void(const ReadResult&)>;

  Reader(std::shared_ptr<ReadJob> job, JournalShared* shared);
  ~Reader();  // forgets a read that is under way; its callback is not called
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // One at a time: true from Read until its callback is called.
  bool busy() const;
  // Reads records from `offset` on: at least one, at most max_bytes of them unless the first alone
  // is larger. A gap that begins before `offset` is handed out from `offset` on.
  void Read(uint64_t offset);
  // Finds the first record that was appended at or after `time`; its offset (or the end's) is
  // next_offset of the result, which has no records.
  void Find(WallTime time);

 private:
  void Submit();

  std::shared_ptr<ReadJob> job_;
  JournalShared* const shared_;
};

}  // namespace sluice::journal
