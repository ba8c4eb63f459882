#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/status.h"

namespace sluice::journal {

// Renames whatever is at `path` (a damaged file, a directory or a FIFO where a file should be) to
// `<path>.aside.<n>`, for people to look at, and says so in one log line with `why`. Nothing ever
// reads it again.
Status SetAside(Env& env, const std::string& path, std::string_view why);

// Makes a directory, durably; sets aside what is in its way.
Status MakeDirectory(Env& env, const std::string& path);

// The names in a directory; none of one that can't be listed, which is told elsewhere. Fails only
// with kResourceExhausted: too many open files say nothing about what is there.
Result<std::vector<std::string>> NamesIn(const Env& env, const std::string& directory);

// Takes the lock of `path`; sets aside what can't be a lock file.
Result<std::unique_ptr<WritableFile>> TakeLock(Env& env, const std::string& path);

}  // namespace sluice::journal
