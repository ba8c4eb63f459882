#include "state/set_aside.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/log.h"

namespace sluice::state {
namespace {

constexpr char kLogSuffix[] = "-wal";

// The first name that is free, or the last.
std::string NameFor(const Env& env, const std::string& path, std::string_view kind) {
  int n = 0;
  std::string name;
  do {
    name = fmt::format("{}.{}.{}", path, kind, n++);
  } while (n < kMaxAside && (env.Exists(name) || env.Exists(name + kLogSuffix)));
  return name;
}

// The log goes first: SQLite would take one that was left for that of the database which comes
// next.
Status Move(Env& env, const std::string& path, const std::string& name) {
  if (env.Exists(path + kLogSuffix)) {
    SLUICE_RETURN_IF_ERROR(env.Rename(path + kLogSuffix, name + kLogSuffix));
  } else if (env.Exists(name + kLogSuffix)) {
    SLUICE_RETURN_IF_ERROR(env.Remove(name + kLogSuffix));  // of the one that is replaced
  }
  SLUICE_RETURN_IF_ERROR(env.Rename(path, name));
  return env.SyncDirectory(std::filesystem::path(path).parent_path().string());
}

Status MoveAndSay(Env& env, const std::string& path, const std::string& name,
                  std::string_view why) {
  Status moved = Move(env, path, name);
  if (moved.ok()) {
    LogError("state: {}: {}; it is kept as {}", path, why, name);
  }
  return moved;
}

}  // namespace

Status SetAside(Env& env, const std::string& path, std::string_view why) {
  return MoveAndSay(env, path, NameFor(env, path, "aside"), why);
}

Status SetNewerAside(Env& env, const std::string& path, std::string_view why) {
  const std::string name = NameFor(env, path, "newer");
  if (env.Exists(name)) {
    return {StatusCode::kAlreadyExists,
            fmt::format("{}, and there are {} of that kind; move them away", why, kMaxAside)};
  }
  return MoveAndSay(env, path, name, why);
}

size_t CountSetAside(const Env& env, const std::string& path) {
  const std::filesystem::path file(path);
  const auto names = env.List(file.parent_path().string());
  if (!names.ok()) return 0;
  const std::string own = file.filename().string();
  return static_cast<size_t>(std::count_if(names->begin(), names->end(), [&](const auto& name) {
    return !name.ends_with(kLogSuffix) &&
           (name.starts_with(own + ".aside.") || name.starts_with(own + ".newer."));
  }));
}

}  // namespace sluice::state
