#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/env.h"
#include "base/status.h"
#include "journal/paths.h"
#include "journal/segment_header.h"

namespace sluice::journal {

// Makes one segment file: under its `.new` name until Publish(), so that a `.seg` file is never
// half made. After any failure the writer is of no more use. One thread.
class SegmentWriter {
 public:
  // Replaces a `.new` file that was left over. Reserves `reserve_bytes` on the medium if it can.
  static Result<std::unique_ptr<SegmentWriter>> Create(Env& env, const StreamPaths& paths,
                                                       const SegmentHeader& header,
                                                       uint64_t reserve_bytes);

  Status Append(ByteSpan records);
  Status Sync();
  // Syncs, and replaces the `.seg` file of this base if there is one.
  Status Publish();
  // Cuts what was written since the last sync that succeeded; best effort. Returns how long the
  // file is now.
  uint64_t CutUnsynced();
  // Gives back what is reserved behind the end; best effort.
  void ReleaseReserve();
  // Once published: OK if the file is still at its path.
  Status CheckInPlace() const;

  uint64_t bytes() const { return bytes_; }
  uint64_t synced_bytes() const { return synced_bytes_; }
  uint64_t reserved_bytes() const { return reserved_bytes_; }

 private:
  SegmentWriter(Env& env, std::string directory, std::string path,
                std::unique_ptr<WritableFile> file);

  Env& env_;
  const std::string directory_;
  const std::string path_;
  std::unique_ptr<WritableFile> file_;
  uint64_t bytes_ = 0;
  uint64_t synced_bytes_ = 0;
  uint64_t reserved_bytes_ = 0;
};

}  // namespace sluice::journal
