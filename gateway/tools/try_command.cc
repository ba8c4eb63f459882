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
#include "normalise/member_use.h"
#include "normalise/try_profile.h"
#include "tools/message_log.h"

namespace sluice::tools {
namespace {

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

// To standard error, which members the profiles use.
void SayMembers(const std::vector<normalise::Profile>& profiles,
                const normalise::Message& message) {
  const auto uses = normalise::FindMemberUses(profiles, message);
  if (!uses.ok()) return;
  if (uses->empty()) fmt::print(stderr, "the payload is no JSON with members\n");
  for (const normalise::MemberUse& use : *uses) {
    fmt::print(stderr, "{}  {} = {}\n", use.used ? "used    " : "not used", Printable(use.pointer),
               Printable(use.value, 80));
  }
  if (uses->size() == normalise::kMaxMembers) fmt::print(stderr, "and others\n");
}

int TryLog(const std::vector<normalise::Profile>& profiles, std::string_view log,
           const std::string& identity) {
  auto trial = normalise::Trial::Create(profiles);
  if (!trial.ok()) {
    fmt::print(stderr, "sluice: {}\n", trial.status().message());
    return 2;
  }
  Tally tally;
  MessageLog lines(log);
  while (const auto line = lines.Next()) {
    const normalise::TryOutcome outcome =
        trial->Try(Received(line->topic, line->payload, identity));
    if (!outcome.accepted) fmt::print(stderr, "{}: {}", Printable(line->topic), outcome.text);
    if (outcome.accepted) fmt::print("{}", outcome.text);
    Count(outcome, &tally);
  }
  fmt::print(stderr, "sluice: {} messages: {} events, {} ignored, {} dead letters\n",
             tally.messages, tally.events, tally.ignored, tally.rejected);
  return tally.rejected == 0 ? 0 : 1;
}

}  // namespace

int TryCommand(const TryOptions& options) {
  const auto profiles = config::LoadProfiles(Env::Posix(), options.profiles);
  const auto payload = ReadMessages(options.payload);
  for (const Status* status : {&profiles.status(), &payload.status()}) {
    if (status->ok()) continue;
    fmt::print(stderr, "sluice: {}\n", status->message());
    return 2;
  }
  if (options.is_log) return TryLog(*profiles, *payload, options.identity);
  const normalise::Message message = Received(options.topic, *payload, options.identity);
  const auto outcome = normalise::TryProfiles(*profiles, message);
  if (!outcome.ok()) {
    fmt::print(stderr, "sluice: {}\n", outcome.status().message());
    return 2;
  }
  fmt::print("{}", outcome->text);
  if (!outcome->device.empty() && outcome->device != options.identity)
    SayForeign(options.identity, outcome->device);
  if (options.say_members) SayMembers(*profiles, message);
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
  CLI::Option* const members =
      attempt->add_flag("--members", a->say_members,
                        "also say which members of a JSON payload are used, and which not");
  attempt
      ->add_flag("--log", a->is_log,
                 "the file has many messages, a topic and a payload in each line, as "
                 "\"mosquitto_sub -v\" prints them")
      ->excludes(members);
  attempt->callback([a, exit_code] { *exit_code = TryCommand(*a); });
}

}  // namespace sluice::tools
