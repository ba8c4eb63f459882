#include "config/profile_file.h"

#include <fmt/format.h>

#include "config/profile_sections.h"
#include "config/toml_reader.h"
#include "normalise/check.h"

namespace sluice::config {
namespace {

constexpr size_t kMaxProfileBytes = 1 << 20;

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
  std::vector<normalise::Profile> profiles;
  const auto add = [&](const std::string& file) {
    auto profile = LoadProfile(env, file);
    if (!profile.ok()) return profile.status();
    profiles.push_back(std::move(*profile));
    return Status::Ok();
  };
  if (path.ends_with(".toml")) {
    SLUICE_RETURN_IF_ERROR(add(path));
    return profiles;
  }
  const auto names = env.List(path);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (!name.ends_with(".toml")) continue;
    SLUICE_RETURN_IF_ERROR(add(fmt::format("{}/{}", path, name)));
  }
  if (profiles.empty()) {
    return Status::NotFound(fmt::format("{}: no profile (*.toml) in this directory", path));
  }
  return profiles;
}

}  // namespace sluice::config
