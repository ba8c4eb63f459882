#include "tools/profile_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "normalise/check.h"
#include "normalise/draft_profile.h"
#include "tools/message_log.h"

namespace sluice::tools {
namespace {

int Fail(int exit_code, std::string_view what) {
  fmt::print(stderr, "sluice: {}\n", what);
  return exit_code;
}

// What is wrong, or ok.
Status ReadSamples(const DraftOptions& options, std::vector<normalise::DraftSample>* samples) {
  for (const std::string& path : options.payloads) {
    auto payload = ReadMessages(path);
    if (!payload.ok()) return payload.status();
    samples->push_back({options.topic, std::move(*payload)});
  }
  if (options.log.empty()) return Status::Ok();
  const auto text = ReadMessages(options.log);
  if (!text.ok()) return text.status();
  MessageLog log(*text);
  while (const auto line = log.Next()) {
    samples->push_back({std::string(line->topic), std::string(line->payload)});
  }
  return Status::Ok();
}

}  // namespace

int DraftCommand(const DraftOptions& options) {
  const std::string mistake = normalise::CheckProfileName(options.name);
  if (!mistake.empty()) return Fail(2, "--name: " + mistake);
  const std::string topic_mistake = normalise::CheckTopicFilter(options.topic);
  if (!topic_mistake.empty() || options.topic.find_first_of("+#") != std::string::npos) {
    return Fail(2, "--topic: must be a topic, without wildcards");
  }
  std::vector<normalise::DraftSample> samples;
  const Status status = ReadSamples(options, &samples);
  if (!status.ok()) return Fail(2, status.message());
  if (samples.empty()) return Fail(2, "no messages; name files of payloads, or --log FILE");
  const std::string text = normalise::DraftProfile(options.name, samples);
  if (text.find("[[event]]") == std::string::npos) {
    fmt::print(stderr, "{}", text);
    return Fail(1, "no message is JSON or a plain value that could be a reading");
  }
  fmt::print("{}", text);
  return 0;
}

void AddProfile(CLI::App& app, int* exit_code) {
  CLI::App* profile = app.add_subcommand("profile", "Write profiles");
  profile->require_subcommand(1);
  CLI::App* draft = profile->add_subcommand("draft", "Propose a profile for messages of a device");
  auto d = std::make_shared<DraftOptions>();
  draft->add_option("payload", d->payloads, "files, each the payload of a message");
  draft->add_option("--topic", d->topic, "topic of these payloads");
  draft->add_option("--log", d->log,
                    "a file of messages, a topic and a payload in each line, as \"mosquitto_sub "
                    "-v\" prints them; - for standard input");
  draft->add_option("--name", d->name, "name of the profile");
  draft->callback([d, exit_code] { *exit_code = DraftCommand(*d); });
}

}  // namespace sluice::tools
