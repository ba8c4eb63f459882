#pragma once

#include <memory>
#include <string>

#include "base/env.h"
#include "firmware_sim/ledger.h"

namespace sluice::fleet {

// Appends to a ledger through a buffer. Not synced: it is the gateway that is killed, not the
// fleet. One thread.
class LedgerWriter {
 public:
  // Starts a run. With `append` false the file must not be there or be empty (kAlreadyExists), so
  // that a ledger that somebody may still want to verify is not overwritten.
  static Result<std::unique_ptr<LedgerWriter>> Open(Env& env, const std::string& path, bool append);
  ~LedgerWriter() { static_cast<void>(Flush()); }

  // The first error that writing met is returned by every later call.
  Status Add(const LedgerLine& line);
  Status Flush();
  uint64_t lines() const { return lines_; }

 private:
  LedgerWriter(std::unique_ptr<WritableFile> file, uint64_t size)
      : file_(std::move(file)), size_(size) {}

  static constexpr size_t kBufferBytes = 64 * 1024;

  std::unique_ptr<WritableFile> file_;
  uint64_t size_;
  uint64_t lines_ = 0;
  std::string buffer_;
  Status error_;
};

}  // namespace sluice::fleet
