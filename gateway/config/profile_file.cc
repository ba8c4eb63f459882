#include "config/profile_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/profile_sections.h"
#include "config/toml_reader.h"
#include "normalise/check.h"

namespace sluice::config {
namespace {

constexpr size_t kMaxProfileBytes = 1 << 20;

// Those that `path` stands for; at least one.
Result<std::vector<std::string>> FilesOf(const Env& env, const std::string& path) {
  if (path.ends_with(".toml")) return std::vector{path};
  const auto names = env.List(path);
  if (!names.ok()) return names.status();
  std::vector<std::string> files;
  for (const std::string& name : *names) {
    if (name.ends_with(".toml")) files.push_back(fmt::format("{}/{}", path, name));
  }
  if (!files.empty()) return files;
  return Status::NotFound(fmt::format("{}: no profile (*.toml) in this directory", path));
}

}  // namespace

Result<normalise::Profile> ParseProfile(std::string_view file, std::string_view text) {
  const auto table = ParseToml(file, text);
  if (!table.ok()) return table.status();
  normalise::Profile profile;
  Diagnostics diagnostics(std::string(file), *table);
  {
    TableReader root(*table, "", &diagnostics);
    ReadProfile(root, &profile);
  }
  if (!diagnostics.has_errors()) {
    const Status status = normalise::CheckProfile(profile);
    if (!status.ok()) diagnostics.ErrorInFile(status.message());
  }
  if (diagnostics.has_errors()) return Status::InvalidArgument(diagnostics.ErrorText());
  return profile;
}

Result<normalise::Profile> LoadProfile(const Env& env, const std::string& path) {
  const auto text = ReadFileToString(env, path, kMaxProfileBytes);
  if (!text.ok()) return text.status();
  return ParseProfile(path, *text);
}

Result<std::vector<normalise::Profile>> LoadProfiles(const Env& env, const std::string& path) {
  const auto files = FilesOf(env, path);
  if (!files.ok()) return files.status();
  std::vector<normalise::Profile> profiles;
  std::vector<std::string> mistakes;
  for (const std::string& file : *files) {
    auto profile = LoadProfile(env, file);
    if (profile.ok()) {
      profiles.push_back(std::move(*profile));
    } else if (profile.status().code() == StatusCode::kInvalidArgument) {
      mistakes.push_back(profile.status().message());
    } else {
      return profile.status();
    }
  }
  if (!mistakes.empty())
    return Status::InvalidArgument(fmt::format("{}", fmt::join(mistakes, "\n")));
  return profiles;
}

}  // namespace sluice::config
