#include "config/config_file.h"

#include <utility>

#include "config/diagnostics.h"
#include "config/machine.h"
#include "config/profile_check.h"
#include "config/toml_reader.h"

namespace sluice::config {
namespace {

constexpr size_t kMaxConfigBytes = 1 << 20;

template <typename Section>
auto Into(std::vector<Section>* sections) {
  return [=](TableReader& t) { Read(t, &sections->emplace_back()); };
}

void ReadSections(TableReader& root, Config* config) {
  root.Require("gateway");
  root.Table("gateway", [&](TableReader& t) { Read(t, &config->gateway); });
  root.Table("admin", [&](TableReader& t) { Read(t, &config->admin); });
  root.Table("limits", [&](TableReader& t) { Read(t, &config->limits); });
  root.Table("mqtt", [&](TableReader& t) { Read(t, &config->mqtt); });
  root.Table("journal", [&](TableReader& t) { Read(t, &config->journal); });
  root.Table("state", [&](TableReader& t) { Read(t, &config->state); });
  root.Tables("listener", Into(&config->listeners));
  root.Tables("stream", Into(&config->streams));
  root.Tables("uplink",
              [&](TableReader& t) { Read(t, config->gateway, &config->uplinks.emplace_back()); });
  root.Tables("route", Into(&config->routes));
  root.Tables("access", Into(&config->access));
  AddDeadLetterStream(&config->streams);
}

// What one section's text cannot say alone.
void CheckSections(const Config& config, Diagnostics* diagnostics) {
  CheckListeners(config, diagnostics);
  CheckUplinks(config.uplinks, diagnostics);
  CheckRoutes(config, diagnostics);
  CheckAccess(config.access, diagnostics);
  CheckLimits(config, diagnostics);
  CheckJournal(config, diagnostics);
  CheckStreams(config, diagnostics);
}

std::vector<normalise::Profile> CheckMachine(const Env& env, const Config& config,
                                             Diagnostics* diagnostics) {
  Machine machine(env, diagnostics);
  machine.CheckDirectory("gateway.data_dir", config.gateway.data_dir);
  CheckMachine(config.listeners, machine);
  CheckMachine(config.admin, machine);
  CheckMachine(config.uplinks, machine);
  return LoadCheckedProfiles(config, machine);
}

// With `env` of the machine to look at; null: at none.
Result<LoadedConfig> Parse(const Env* env, std::string_view file, std::string_view text) {
  const auto table = ParseToml(file, text);
  if (!table.ok()) return table.status();
  Diagnostics diagnostics(std::string(file), *table);
  LoadedConfig loaded;
  loaded.config.file = file;
  {
    TableReader root(*table, "", &diagnostics);
    ReadSections(root, &loaded.config);
  }
  if (!diagnostics.has_errors()) CheckSections(loaded.config, &diagnostics);
  if (!diagnostics.has_errors() && env != nullptr) {
    loaded.profiles = CheckMachine(*env, loaded.config, &diagnostics);
  }
  if (diagnostics.has_errors()) return Status::InvalidArgument(diagnostics.ErrorText());
  loaded.warnings = diagnostics.warnings();
  loaded.notes = diagnostics.notes();
  loaded.faults = diagnostics.faults();
  return loaded;
}

Result<std::string> ReadConfigFile(const Env& env, const std::string& path) {
  auto text = ReadFileToString(env, path, kMaxConfigBytes);
  // kInvalidArgument is for what the text says.
  if (!text.ok() && text.status().code() == StatusCode::kInvalidArgument) {
    return Status::IoError(text.status().message());
  }
  return text;
}

}  // namespace

Result<LoadedConfig> ParseConfig(std::string_view file, std::string_view text) {
  return Parse(nullptr, file, text);
}

Result<LoadedConfig> LoadConfigOffline(const Env& env, const std::string& path) {
  const auto text = ReadConfigFile(env, path);
  if (!text.ok()) return text.status();
  return Parse(nullptr, path, *text);
}

Result<LoadedConfig> LoadConfig(const Env& env, const std::string& path) {
  const auto text = ReadConfigFile(env, path);
  if (!text.ok()) return text.status();
  return Parse(&env, path, *text);
}

}  // namespace sluice::config
