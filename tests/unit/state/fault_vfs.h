#pragma once

#include <cstdint>
#include <string>

namespace sluice::state {

// SQLite's own file system, in which operations can be made to fail. Registered under name() while
// it lives; one at a time.
class FaultVfs {
 public:
  enum Operation : uint8_t { kOpen, kRead, kWrite, kSync, kTruncate, kOperations };

  FaultVfs();
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  static std::string name() { return "fault"; }
  // From the `after`-th of these operations on (0: the next), all fail with `result` until Mend.
  void Fail(Operation operation, int result, uint64_t after = 0);
  // The same for whichever writing operation comes: kWrite, kSync, kTruncate.
  void FailAnyWrite(int result, uint64_t after);
  void Mend();
  // Whether anything has failed since the last Fail.
  bool has_failed() const;
};

}  // namespace sluice::state
