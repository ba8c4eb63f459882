#include "app/run_command.h"

#include <fmt/format.h>
#include <signal.h>

#include <cstdio>
#include <utility>

#include "app/service.h"
#include "base/env.h"
#include "base/log.h"
#include "config/config_file.h"

namespace sluice::app {
namespace {

constexpr int kMachineFault = 1;  // may mend by itself; worth trying again
constexpr int kMistake = 2;       // only an editor mends it

// A peer that is gone, or a file that may grow no more, is a failed write, not a signal. And nobody
// means to kill a gateway by those that ask for a reload, not while it starts either; once it
// serves it says so. SIGTERM and SIGINT end a start at once: nothing has been taken yet.
void IgnoreSignals() {
  for (const int number : {SIGPIPE, SIGXFSZ, SIGHUP, SIGUSR1, SIGUSR2}) ::signal(number, SIG_IGN);
}

}  // namespace

int RunCommand(const std::string& config_file) {
  IgnoreSignals();
  auto loaded = config::LoadConfig(Env::Posix(), config_file);
  if (!loaded.ok()) {
    fmt::print(stderr, "{}\n", loaded.status().message());
    const bool mistake = loaded.status().code() == StatusCode::kInvalidArgument;
    return mistake ? kMistake : kMachineFault;
  }
  if (!loaded->faults.empty()) {
    for (const std::string& fault : loaded->faults) fmt::print(stderr, "{}\n", fault);
    return kMachineFault;
  }
  SetLogLevel(loaded->config.gateway.log_level);
  for (const std::string& warning : loaded->warnings) LogWarn("{}", warning);
  auto service = Service::Create(loaded->config, std::move(loaded->profiles));
  if (!service.ok()) {
    LogError("cannot start: {}", service.status().ToString());
    return kMachineFault;
  }
  const Status status = (*service)->Run();
  return status.ok() ? 0 : kMachineFault;
}

}  // namespace sluice::app
