#include "tools/check_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "base/env.h"
#include "config/config_file.h"

namespace sluice::tools {
namespace {

constexpr int kMistake = 2;

struct CheckArguments {
  std::string config;
  bool offline = false;
};

int Check(const CheckArguments& arguments) {
  const Env& env = Env::Posix();
  const auto loaded = arguments.offline ? config::LoadConfigOffline(env, arguments.config)
                                        : config::LoadConfig(env, arguments.config);
  if (!loaded.ok()) {
    fmt::print(stderr, "{}\n", loaded.status().message());
    return kMistake;
  }
  for (const std::string& fault : loaded->faults) fmt::print(stderr, "{}\n", fault);
  if (!loaded->faults.empty()) return kMistake;
  for (const std::string& warning : loaded->warnings) fmt::print("warning: {}\n", warning);
  for (const std::string& note : loaded->notes) fmt::print("note: {}\n", note);
  fmt::print("{}: ok\n", arguments.config);
  return 0;
}

}  // namespace

void AddCheck(CLI::App& app, int* exit_code) {
  CLI::App* check = app.add_subcommand(
      "check", "Report every mistake in a configuration; exit 2 if there is any");
  auto arguments = std::make_shared<CheckArguments>();
  check->add_option("config", arguments->config, "configuration file")->required();
  check->add_flag("--offline", arguments->offline,
                  "check the text alone, not the files, addresses and directories that it names");
  check->callback([arguments, exit_code] { *exit_code = Check(*arguments); });
}

}  // namespace sluice::tools
