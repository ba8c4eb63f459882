#include "tools/try_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/env.h"
#include "base/log.h"
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

// What became of several messages.
struct Tally {
  size_t messages = 0, events = 0, ignored = 0, rejected = 0;
};

void Count(const normalise::TryOutcome& outcome, Tally* tally) {
  ++tally->messages;
  if (!outcome.accepted) {
    ++tally->rejected;
  } else if (outcome.device.empty()) {
    ++tally->ignored;
  } else {
    tally->events +=
        static_cast<size_t>(std::count(outcome.text.begin(), outcome.text.end(), '\n'));
  }
}

normalise::Message Received(std::string_view topic, std::string_view payload,
                            std::string_view identity) {
  return {.topic = topic,
          .payload = AsBytes(payload),
          .identity = identity,
          .received = SystemClock().WallNow(),
          .clock_is_set = SystemClock().WallIsSet()};
}

// Each line a topic, a space and a payload, as `mosquitto_sub -v` prints them.
int TryLog(const std::vector<normalise::Profile>& profiles, std::string_view log,
           const std::string& identity) {
  Tally tally;
  while (!log.empty()) {
    const std::string_view line = log.substr(0, log.find('\n'));
    log.remove_prefix(std::min(line.size() + 1, log.size()));
    const size_t space = line.find(' ');
    if (line.empty()) continue;
    const std::string_view topic = line.substr(0, space);
    const std::string_view payload =
        space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
    const auto outcome = normalise::TryProfiles(profiles, Received(topic, payload, identity));
    if (!outcome.ok()) {
      fmt::print(stderr, "sluice: {}\n", outcome.status().message());
      return 2;
    }
    if (!outcome->accepted) fmt::print(stderr, "{}: {}", Printable(topic), outcome->text);
    if (outcome->accepted) fmt::print("{}", outcome->text);
    Count(*outcome, &tally);
  }
  fmt::print(stderr, "sluice: {} messages: {} events, {} ignored, {} dead letters\n",
             tally.messages, tally.events, tally.ignored, tally.rejected);
  return tally.rejected == 0 ? 0 : 1;
}

}  // namespace

int TryCommand(const TryOptions& options) {
  const auto profiles = config::LoadProfiles(Env::Posix(), options.profiles);
  const bool from_input = options.payload.empty() || options.payload == "-";
  const auto payload = from_input
                           ? ReadStandardInput()
                           : ReadFileToString(Env::Posix(), options.payload, kMaxPayloadBytes);
  for (const Status* status : {&profiles.status(), &payload.status()}) {
    if (status->ok()) continue;
    fmt::print(stderr, "sluice: {}\n", status->message());
    return 2;
  }
  if (options.is_log) return TryLog(*profiles, *payload, options.identity);
  const auto outcome =
      normalise::TryProfiles(*profiles, Received(options.topic, *payload, options.identity));
  if (!outcome.ok()) {
    fmt::print(stderr, "sluice: {}\n", outcome.status().message());
    return 2;
  }
  fmt::print("{}", outcome->text);
  if (!outcome->device.empty() && outcome->device != options.identity)
    SayForeign(options.identity, outcome->device);
  return outcome->accepted ? 0 : 1;
}

void AddTry(CLI::App& app, int* exit_code) {
  CLI::App* attempt = app.add_subcommand("try", "Show which events profiles make of a payload");
  auto a = std::make_shared<TryOptions>();
  attempt->add_option("profile", a->profiles, "profile file, or a directory of them")->required();
  attempt->add_option("payload", a->payload, "file of the payload; standard input if left out");
  attempt->add_option(
      "--topic", a->topic,
      "topic that the payload is published to; one that fits the profile if left out");
  attempt->add_option("--identity", a->identity, "identity of the publisher");
  attempt->add_flag("--log", a->is_log,
                    "the file has many messages, a topic and a payload in each line, as "
                    "\"mosquitto_sub -v\" prints them");
  attempt->callback([a, exit_code] { *exit_code = TryCommand(*a); });
}

}  // namespace sluice::tools
