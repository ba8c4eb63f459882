// The command line of `sluice dead-letter`.

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "codec/topic.h"
#include "schema/dead_letter.h"
#include "tools/dead_letter_command.h"
#include "tools/letter_replay.h"
#include "tools/time_argument.h"

namespace sluice::tools {
namespace {

constexpr size_t kUsualBytes = 4096;

struct Arguments {
  std::string directory;
  std::optional<std::string> since, until;  // an empty one is a mistake
  std::vector<uint64_t> offsets;
  DeadLetterLsOptions ls;
  LetterReplayOptions replay;
  size_t max_bytes = kUsualBytes;
  bool all = false;
};

std::vector<std::string> ReasonNames() {
  std::vector<std::string> names{std::string(kUnreadable)};
  for (size_t i = 1; i < schema::kDeadLetterReasons; ++i) {
    names.emplace_back(schema::DeadLetterReasonName(static_cast<schema::DeadLetterReason>(i)));
  }
  return names;
}

CLI::App* AddVerb(CLI::App* parent, const char* name, const char* what, Arguments& a) {
  CLI::App* verb = parent->add_subcommand(name, what);
  verb->add_option("dir", a.directory, "data_dir of the gateway")->required();
  return verb;
}

void AddFilter(CLI::App* verb, Arguments& a) {
  LetterFilter& filter = a.ls.filter;
  verb->add_option("--reason", filter.reasons, "only letters with this reason; may be repeated")
      ->option_text("REASON")
      ->check(CLI::IsMember(ReasonNames()))
      ->expected(1)
      ->take_all();
  verb->add_option("--device", filter.device, "only letters of this device");
  verb->add_option("--topic", filter.topic, "only letters whose topic this filter matches")
      ->option_text("FILTER")
      ->check([](const std::string& text) {
        return codec::IsTopicFilter(text) && !codec::IsShared(text)
                   ? std::string()
                   : "'" + text + "' is no topic filter";
      });
  verb->add_option("--since", a.since,
                   "only letters of this time or later: 2026-11-26T14:00:00Z, or how long ago, as "
                   "24h")
      ->option_text("TIME");
  verb->add_option("--until", a.until, "only letters from before this time")->option_text("TIME");
}

std::optional<WallTime> Time(const std::string& option, const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  const auto time = ParseTimeArgument(*text, SystemClock().WallNow());
  if (!time.ok()) throw CLI::ValidationError(option, time.status().message());
  return *time;
}

LetterFilter FilterOf(const Arguments& a) {
  LetterFilter filter = a.ls.filter;
  filter.since = Time("--since", a.since);
  filter.until = Time("--until", a.until);
  filter.handled = a.all;
  return filter;
}

void AddLs(CLI::App* parent, Arguments& a, int* exit_code) {
  CLI::App* ls = AddVerb(parent, "ls", "List the letters that nobody has handled yet", a);
  AddFilter(ls, a);
  ls->add_flag("--group", a.ls.grouped, "count them by reason, topic and device");
  ls->add_flag("--all", a.all, "list those that are handled as well");
  ls->add_option("--limit", a.ls.limit, "print at most this many lines; 0 for all");
  ls->add_flag("--json", a.ls.json, "print a line of JSON for each");
  ls->callback([&a, exit_code] {
    a.ls.filter = FilterOf(a);
    *exit_code = DeadLetterLs(Env::Posix(), a.directory, a.ls);
  });
}

void AddShow(CLI::App* parent, Arguments& a, int* exit_code) {
  CLI::App* show = AddVerb(parent, "show", "Print all there is to know of some letters", a);
  show->add_option("offset", a.offsets, "offsets of the letters, as ls prints them")->required();
  show->add_option("--bytes", a.max_bytes, "print at most this much of a payload; 0 for all of it")
      ->capture_default_str();
  show->add_flag("--json", a.ls.json, "print a line of JSON for each, with the whole payload");
  show->callback([&a, exit_code] {
    *exit_code = DeadLetterShow(Env::Posix(), a.directory, a.offsets, a.max_bytes, a.ls.json);
  });
}

// Exactly one way of saying which, so that a forgotten option does not mean everything.
void CheckWhich(const char* verb, const Arguments& a, const LetterFilter& filter) {
  const int ways = (a.offsets.empty() ? 0 : 1) + (filter.empty() ? 0 : 1) + (a.all ? 1 : 0);
  if (ways == 1) return;
  throw CLI::ValidationError(
      verb, "say which letters: either their offsets, or --all, or filters such as --reason");
}

void AddPurge(CLI::App* parent, Arguments& a, int* exit_code) {
  CLI::App* purge =
      AddVerb(parent, "purge", "Mark letters as handled; ls does not list them any more", a);
  purge->add_option("offset", a.offsets, "offsets of the letters, as ls prints them");
  AddFilter(purge, a);
  purge->add_flag("--all", a.all, "all letters that there are now");
  purge->callback([&a, exit_code] {
    const LetterFilter filter = FilterOf(a);
    CheckWhich("purge", a, filter);
    LetterFilter marked = filter;
    marked.handled = true;
    *exit_code = DeadLetterPurge(Env::Posix(), a.directory, a.offsets, marked);
  });
}

void AddReplay(CLI::App* parent, Arguments& a, int* exit_code) {
  CLI::App* replay = AddVerb(
      parent, "replay", "Have the running gateway send letters once more, by today's profiles", a);
  replay->add_option("offset", a.offsets, "offsets of the letters, as ls prints them");
  AddFilter(replay, a);
  replay->add_flag("--all", a.all, "all letters that nobody has handled yet");
  replay->add_flag("--again", a.replay.again,
                   "also those of which nobody knows whether they have become events");
  replay->add_flag("--json", a.replay.json, "print a line of JSON for each letter");
  replay->callback([&a, exit_code] {
    const LetterFilter filter = FilterOf(a);
    CheckWhich("replay", a, filter);
    a.replay.filter = filter;
    a.replay.filter.handled = false;
    *exit_code = DeadLetterReplay(Env::Posix(), a.directory, a.offsets, a.replay);
  });
}

}  // namespace

void AddDeadLetter(CLI::App& app, int* exit_code) {
  CLI::App* parent = app.add_subcommand(
      "dead-letter", "See and handle what could not become an event, or not leave as one");
  parent->require_subcommand(1);
  // Lives as long as the callbacks.
  auto arguments = std::make_shared<Arguments>();
  parent->callback([arguments] {});
  AddLs(parent, *arguments, exit_code);
  AddShow(parent, *arguments, exit_code);
  AddPurge(parent, *arguments, exit_code);
  AddReplay(parent, *arguments, exit_code);
}

}  // namespace sluice::tools
