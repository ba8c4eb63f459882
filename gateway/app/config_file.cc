#include "app/config_file.h"

#include <fmt/format.h>

#include <filesystem>

#include "app/config_check.h"
#include "app/config_sections.h"
#include "app/toml_reader.h"

namespace sluice::app {

Result<LoadedConfig> ParseConfig(std::string_view file, std::string_view text) {
  auto table = ParseToml(file, text);
  if (!table.ok()) return table.status();
  LoadedConfig loaded;
  loaded.config.file = file;
  Mistakes mistakes{std::string(file)};
  {
    TableReader root(*table, "", &mistakes);
    ReadSections(root, &loaded.config);
  }
  ResolveDefaults(std::filesystem::path(file).parent_path().string(), &loaded.config);
  if (mistakes.empty()) CheckReferences(*table, loaded.config, &mistakes);
  if (!mistakes.empty()) return Status::InvalidArgument(mistakes.ToString());
  loaded.warnings = Warnings(loaded.config);
  return loaded;
}

Result<LoadedConfig> LoadConfig(const Env& env, const std::string& path) {
  constexpr size_t kMaxConfigBytes = 1 << 20;
  const auto text = ReadFileToString(env, path, kMaxConfigBytes);
  if (!text.ok()) return text.status();
  auto loaded = ParseConfig(path, *text);
  if (!loaded.ok()) return loaded.status();
  Mistakes mistakes(path);
  CheckFiles(env, loaded->config, &mistakes);
  if (!mistakes.empty()) return Status::InvalidArgument(mistakes.ToString());
  return loaded;
}

}  // namespace sluice::app
