#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "firmware_sim/command_line.h"
#include "firmware_sim/fleet_command.h"
#include "firmware_sim/verify_command.h"

using namespace sluice;  // NOLINT(google-build-using-namespace): the program's one entry

int main(int argc, char** argv) {
  CLI::App app(
      "sluice-fleet: simulated devices for an MQTT gateway, and the proof of what arrived");
  app.require_subcommand(1);
  fleet::FleetArguments arguments;
  fleet::VerifyOptions verify;
  CLI::App* run = app.add_subcommand("run", "connect devices, publish readings, keep a ledger");
  fleet::AddFleetArguments(run, &arguments);
  CLI::App* check = app.add_subcommand("verify", "compare a ledger with what a consumer received");
  fleet::AddVerifyArguments(check, &verify);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (check->parsed()) return fleet::RunVerify(verify);
  if (const Status status = fleet::Interpret(&arguments); !status.ok()) {
    fmt::print(stderr, "sluice-fleet: {}\n", status.message());
    return 2;
  }
  return fleet::RunFleet(arguments.options);
}
