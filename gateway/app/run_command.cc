#include "app/run_command.h"

#include <fmt/format.h>
#include <signal.h>

#include <cstdio>

#include "app/config_check.h"
#include "app/config_file.h"
#include "app/gateway.h"
#include "base/env.h"
#include "base/log.h"

namespace sluice::app {

int RunCommand(const std::string& config_file) {
  const auto loaded = LoadConfig(Env::Posix(), config_file);
  if (!loaded.ok()) {
    fmt::print(stderr, "{}\n", loaded.status().message());
    return 2;
  }
  SetLogLevel(loaded->config.gateway.log_level);
  for (const std::string& warning : loaded->warnings) LogWarn("{}", warning);
  // A peer that is gone is a failed write, not a signal.
  ::signal(SIGPIPE, SIG_IGN);
  auto gateway = Gateway::Create(loaded->config);
  if (!gateway.ok()) {
    LogError("cannot start: {}", gateway.status().ToString());
    return 1;
  }
  const Status status = (*gateway)->Run();
  return status.ok() ? 0 : 1;
}

int CheckCommand(const std::string& config_file) {
  const auto loaded = LoadConfig(Env::Posix(), config_file);
  if (!loaded.ok()) {
    fmt::print(stderr, "{}\n", loaded.status().message());
    return 2;
  }
  for (const std::string& warning : loaded->warnings) fmt::print("warning: {}\n", warning);
  for (const std::string& note : Notes(Env::Posix(), loaded->config))
    fmt::print("note: {}\n", note);
  fmt::print("{}: ok\n", config_file);
  return 0;
}

}  // namespace sluice::app
