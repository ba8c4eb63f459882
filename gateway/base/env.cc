#include "base/env.h"

#include <filesystem>

namespace sluice {

Status CreateDurableDirectories(Env& env, const std::string& path) {
  if (path.empty()) return Status::Ok();
  const std::string parent = std::filesystem::path(path).parent_path().string();
  if (!parent.empty() && parent != path && !env.Exists(parent)) {
    SLUICE_RETURN_IF_ERROR(CreateDurableDirectories(env, parent));
  }
  SLUICE_RETURN_IF_ERROR(env.CreateDirectories(path));
  // Also of one that is there: whoever made it may have died before it was durable. But the parent
  // may be one that we are not allowed to open.
  Status synced = env.SyncDirectory(parent.empty() ? "." : parent);
  return synced.code() == StatusCode::kPermissionDenied ? Status::Ok() : synced;
}

Result<std::string> ReadFileToString(const Env& env, const std::string& path, size_t max_bytes) {
  auto file = env.OpenReadable(path);
  if (!file.ok()) return file.status();
  // One byte more than allowed tells a file that fits from one that does not, whatever its stat
  // says.
  std::string content(max_bytes + 1, '\0');
  const auto got = (*file)->ReadAt(0, content.size(), reinterpret_cast<uint8_t*>(content.data()));
  if (!got.ok()) return got.status();
  if (*got > max_bytes) {
    return Status(StatusCode::kResourceExhausted,
                  path + " is larger than " + std::to_string(max_bytes) + " bytes");
  }
  content.resize(*got);
  content.shrink_to_fit();
  return content;
}

Status WriteFileAtomically(Env& env, const std::string& path, ByteSpan content) {
  const std::string temporary = path + ".tmp";
  {
    auto file = env.OpenWritable(temporary);
    if (!file.ok()) return file.status();
    SLUICE_RETURN_IF_ERROR((*file)->Truncate(0));
    SLUICE_RETURN_IF_ERROR((*file)->WriteAt(0, content));
    SLUICE_RETURN_IF_ERROR((*file)->Sync());
  }
  SLUICE_RETURN_IF_ERROR(env.Rename(temporary, path));
  const std::string directory = std::filesystem::path(path).parent_path().string();
  return env.SyncDirectory(directory.empty() ? "." : directory);
}

}  // namespace sluice
