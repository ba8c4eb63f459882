#pragma once

#include <memory>
#include <string>

#include "base/env.h"
#include "base/status.h"

namespace sluice::journal {

// A file that is kept open to tell whether its directory is still where it was. A directory may be
// deleted, moved, replaced by a copy or mounted over while the gateway writes into its open files:
// every sync then succeeds, and nothing of it is there at the next start. One thread.
class HeldFile {
 public:
  // `file` may be null, when it could not be opened: then nothing is known and all counts as well.
  HeldFile(std::string path, std::unique_ptr<WritableFile> file)
      : path_(std::move(path)), file_(std::move(file)) {}

  // OK if the file is at its path at this moment; otherwise says which is not, and what to do.
  Status CheckInPlace() const;

 private:
  const std::string path_;
  const std::unique_ptr<WritableFile> file_;
};

// The same for any open file.
Status CheckIsAt(const WritableFile& file, const std::string& path);

}  // namespace sluice::journal
