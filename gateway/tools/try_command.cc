#include "tools/try_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/clock.h"
#include "base/env.h"
#include "config/profile_file.h"
#include "normalise/device_name.h"
#include "normalise/try_profile.h"

namespace sluice::tools {
namespace {

constexpr size_t kMaxPayloadBytes = 1 << 20;

Result<std::string> ReadStandardInput() {
  std::string text;
  char buffer[4096];
  while (const size_t got = std::fread(buffer, 1, sizeof(buffer), stdin)) {
    text.append(buffer, got);
    if (text.size() > kMaxPayloadBytes)
      return Status::InvalidArgument("standard input is larger than 1 MiB");
  }
  return text;
}

// To standard error; what programs read is on standard output.
void SayForeign(const std::string& identity, const std::string& device) {
  fmt::print(
      stderr,
      "sluice: the device is \"{}\" and not the publisher, \"{}\"; a gateway takes this only "
      "by a rule, otherwise it is a dead letter (foreign_device):\n",
      device, identity);
  if (normalise::MeansItselfInRules(identity) && normalise::MeansItselfInRules(device)) {
    fmt::print(stderr, "[[access]]\nidentity = \"{}\"\nspeaks_for = [\"{{identity}}\", \"{}\"]\n",
               identity, device);
  } else {
    fmt::print(stderr, "no rule can name just these two: see speaks_for of [[access]]\n");
  }
}

}  // namespace

int TryCommand(const std::string& profile_file, const std::string& payload_file,
               const std::string& topic, const std::string& identity) {
  const auto profile = config::LoadProfile(Env::Posix(), profile_file);
  const auto payload = payload_file.empty() || payload_file == "-"
                           ? ReadStandardInput()
                           : ReadFileToString(Env::Posix(), payload_file, kMaxPayloadBytes);
  for (const Status* status : {&profile.status(), &payload.status()}) {
    if (status->ok()) continue;
    fmt::print(stderr, "sluice: {}\n", status->message());
    return 2;
  }
  normalise::Message message{
      .topic = topic,
      .payload = AsBytes(*payload),
      .identity = identity,
      .received = SystemClock().WallNow(),
      .clock_is_set = SystemClock().WallIsSet(),
      .traceparent = {},
  };
  const auto outcome = normalise::TryProfile(*profile, message);
  if (!outcome.ok()) {
    fmt::print(stderr, "sluice: {}\n", outcome.status().message());
    return 2;
  }
  fmt::print("{}", outcome->text);
  if (!outcome->device.empty() && outcome->device != identity)
    SayForeign(identity, outcome->device);
  return outcome->accepted ? 0 : 1;
}

void AddTry(CLI::App& app, int* exit_code) {
  struct Arguments {
    std::string profile, payload, topic, identity = "example";
  };
  CLI::App* attempt = app.add_subcommand("try", "Show which events a profile makes of a payload");
  auto a = std::make_shared<Arguments>();
  attempt->add_option("profile", a->profile, "profile file")->required();
  attempt->add_option("payload", a->payload, "file of the payload; standard input if left out");
  attempt->add_option(
      "--topic", a->topic,
      "topic that the payload is published to; one that fits the profile if left out");
  attempt->add_option("--identity", a->identity, "identity of the publisher");
  attempt->callback(
      [a, exit_code] { *exit_code = TryCommand(a->profile, a->payload, a->topic, a->identity); });
}

}  // namespace sluice::tools
