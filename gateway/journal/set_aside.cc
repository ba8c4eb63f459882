#include "journal/set_aside.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/probe.h"

namespace sluice::journal {
namespace {

// Stops a medium that damages the same file at each start from filling the directory.
constexpr int kMaxAside = 100;

std::string FreeName(const Env& env, const std::string& path) {
  int n = 0;
  std::string name;
  do {
    name = fmt::format("{}.aside.{}", path, n++);
  } while (n < kMaxAside && env.Exists(name));
  return name;
}

bool IsEmptyFile(const Env& env, const std::string& path) {
  const auto file = env.OpenReadable(path);
  if (!file.ok()) return false;
  const Result<uint64_t> size = (*file)->Size();
  return size.ok() && *size == 0;
}

}  // namespace

Status SetAside(Env& env, const std::string& path, std::string_view why) {
  if (IsEmptyFile(env, path)) {
    LogError("journal: {} is empty", path);
    return env.Remove(path);
  }
  const std::string name = FreeName(env, path);
  const Status renamed = env.Rename(path, name);
  if (renamed.ok()) {
    SLUICE_PROBE("journal: a file is set aside");
    LogError("journal: {} {}; it is kept as {}", path, why, name);
  } else {
    LogError("journal: {} {} and can't be set aside: {}", path, why, renamed.ToString());
  }
  return renamed;
}

Status MakeDirectory(Env& env, const std::string& path) {
  Status made = CreateDurableDirectories(env, path);
  if (made.ok()) return made;
  if (made.code() == StatusCode::kAlreadyExists) {
    SLUICE_RETURN_IF_ERROR(SetAside(env, path, "is in the place of a directory"));
  }
  // The failure may have been a passing one, and without a directory a stream is closed for long.
  return CreateDurableDirectories(env, path);
}

Result<std::vector<std::string>> NamesIn(const Env& env, const std::string& directory) {
  auto names = env.List(directory);
  const bool exhausted = names.status().code() == StatusCode::kResourceExhausted;
  return names.ok() || exhausted ? names : std::vector<std::string>();
}

Result<std::unique_ptr<WritableFile>> TakeLock(Env& env, const std::string& path) {
  auto lock = env.Lock(path);
  const StatusCode code = lock.status().code();
  // Neither says anything about the file.
  const bool sound = code == StatusCode::kUnavailable || code == StatusCode::kResourceExhausted;
  if (lock.ok() || sound || !SetAside(env, path, "can't be locked").ok()) return lock;
  return env.Lock(path);
}

}  // namespace sluice::journal
