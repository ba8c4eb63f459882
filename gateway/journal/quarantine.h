#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/status.h"
#include "journal/paths.h"

namespace sluice::journal {

// The damaged segments of one stream that are kept for people; see "Salvage" in FORMAT.md. At the
// bound the one that was set aside first goes, with a log line, which stops a dying disk from being
// filled with them. Files of other names in the directory are somebody else's. Journal thread only.
class Quarantine {
 public:
  Quarantine(Env& env, const StreamPaths& paths, uint64_t max_bytes);

  // Gives the segment's file, which is not read, a name in here; the path is the result. Where that
  // can't be (a file system without links, a directory in the place of a file) the file is moved.
  // Nothing is kept with a bound of 0: the result is then the segment's own path.
  Result<std::string> Keep(uint64_t base_offset);
  // Undoes the last Keep, unless something has taken the segment's place in spite of all.
  void TakeBack(uint64_t base_offset);
  // Brings it back into its bound. Called when what was kept last has been read.
  void Trim();

  uint64_t bytes() const { return bytes_; }
  uint64_t removed() const { return removed_; }  // files, since opening

 private:
  struct Entry {
    uint64_t number;  // in the order in which they came
    std::string path;
    uint64_t bytes;
  };
  void Look();
  bool IsStillIn(const std::string& segment, const std::string& kept);
  void RemoveOldest();

  Env& env_;
  const StreamPaths& paths_;
  const uint64_t max_bytes_;
  std::vector<Entry> entries_;  // by number
  uint64_t bytes_ = 0;
  uint64_t removed_ = 0;
};

}  // namespace sluice::journal
