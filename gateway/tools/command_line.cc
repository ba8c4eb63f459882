#include "tools/command_line.h"

#include <CLI/CLI.hpp>

#include "tools/check_command.h"
#include "tools/clients_command.h"
#include "tools/consume.h"
#include "tools/dead_letter_command.h"
#include "tools/enrol_command.h"
#include "tools/identity_command.h"
#include "tools/journal_command.h"
#include "tools/profile_command.h"
#include "tools/replay_command.h"
#include "tools/status_command.h"
#include "tools/try_command.h"

namespace sluice::tools {
namespace {

constexpr int kUsageError = 2;

void AddRun(CLI::App& app, const std::function<int(const std::string&)>& run, int* exit_code) {
  CLI::App* command = app.add_subcommand("run", "Run a gateway");
  auto config = std::make_shared<std::string>();
  command->add_option("config", *config, "configuration file")->required();
  command->callback([config, run, exit_code] { *exit_code = run(*config); });
}

}  // namespace

int RunCommandLine(int argc, char** argv, const std::string& version,
                   const std::function<int(const std::string&)>& run) {
  CLI::App app("Sluice, an MQTT event gateway for the edge");
  app.require_subcommand(1);
  int exit_code = 0;
  AddRun(app, run, &exit_code);
  AddCheck(app, &exit_code);
  AddJournal(app, &exit_code);
  AddDeadLetter(app, &exit_code);
  AddTry(app, &exit_code);
  AddProfile(app, &exit_code);
  AddStatus(app, &exit_code);
  AddClients(app, &exit_code);
  AddReplay(app, &exit_code);
  AddIdentity(app, &exit_code);
  AddEnrol(app, &exit_code);
  AddConsume(app, &exit_code);
  app.set_version_flag("--version", version);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  return exit_code;
}

}  // namespace sluice::tools
