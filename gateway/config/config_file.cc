#include "config/config_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "config/config_check.h"
#include "config/config_sections.h"
#include "config/config_warnings.h"
#include "config/machine_check.h"
#include "config/toml_reader.h"

namespace sluice::config {
namespace {

struct Parsed {
  toml::table table;
  LoadedConfig loaded;
};

Result<Parsed> Parse(std::string_view file, std::string_view text) {
  auto table = ParseToml(file, text);
  if (!table.ok()) return table.status();
  Parsed parsed{std::move(*table), {}};
  Config& config = parsed.loaded.config;
  config.file = file;
  Mistakes mistakes{std::string(file)};
  {
    TableReader root(parsed.table, "", &mistakes);
    ReadSections(root, &config);
  }
  ResolveDefaults(std::filesystem::path(file).parent_path().string(), &config);
  if (mistakes.empty()) CheckReferences(parsed.table, config, &mistakes);
  if (!mistakes.empty()) return Status::InvalidArgument(mistakes.ToString());
  parsed.loaded.warnings = Warnings(parsed.table, config);
  return parsed;
}

Result<Parsed> Load(const Env& env, const std::string& path) {
  constexpr size_t kMaxConfigBytes = 1 << 20;
  const auto text = ReadFileToString(env, path, kMaxConfigBytes);
  if (text.ok()) return Parse(path, *text);
  // kInvalidArgument is for what the text says.
  if (text.status().code() != StatusCode::kInvalidArgument) return text.status();
  return Status::IoError(text.status().message());
}

}  // namespace

Result<LoadedConfig> ParseConfig(std::string_view file, std::string_view text) {
  auto parsed = Parse(file, text);
  if (!parsed.ok()) return parsed.status();
  return std::move(parsed->loaded);
}

Result<LoadedConfig> LoadConfigOffline(const Env& env, const std::string& path) {
  auto parsed = Load(env, path);
  if (!parsed.ok()) return parsed.status();
  return std::move(parsed->loaded);
}

Result<LoadedConfig> LoadConfig(const Env& env, const std::string& path) {
  auto parsed = Load(env, path);
  if (!parsed.ok()) return parsed.status();
  LoadedConfig& loaded = parsed->loaded;
  MachineFindings findings = CheckMachine(env, parsed->table, loaded.config);
  if (!findings.mistakes.empty()) {
    return Status::InvalidArgument(fmt::format("{}", fmt::join(findings.mistakes, "\n")));
  }
  loaded.faults = std::move(findings.faults);
  for (std::string& warning : findings.warnings) loaded.warnings.push_back(std::move(warning));
  return std::move(loaded);
}

}  // namespace sluice::config
