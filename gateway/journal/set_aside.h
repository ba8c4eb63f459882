#pragma once

#include <string>
#include <string_view>

#include "base/env.h"
#include "base/status.h"

namespace sluice::journal {

// Renames whatever is at `path` (a damaged file, a directory or a FIFO where a file should be) to
// `<path>.aside.<n>`, for people to look at, and says so in one log line with `why`. Nothing ever
// reads it again.
Status SetAside(Env& env, const std::string& path, std::string_view why);

// Makes a directory, durably; sets aside what is in its way.
Status MakeDirectory(Env& env, const std::string& path);

// Takes the lock of `path`; sets aside what can't be a lock file.
Result<std::unique_ptr<WritableFile>> TakeLock(Env& env, const std::string& path);

}  // namespace sluice::journal
