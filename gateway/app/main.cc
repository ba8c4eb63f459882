#include <CLI/CLI.hpp>

#include "app/consume.h"
#include "app/journal_command.h"
#include "app/run_command.h"
#include "app/status_command.h"
#include "app/try_command.h"
#include "tls/lazy_buffers.h"

namespace {

using namespace sluice::app;  // NOLINT(google-build-using-namespace): this file is the table of its
                              // commands

constexpr int kUsageError = 2;

// Every command leaves its exit code here.
struct Line {
  int exit_code = 0;
  std::string config, directory, stream, profile, payload, topic, identity = "example";
  std::string admin = "127.0.0.1:9464";
  uint64_t from = 0, count = 0;
  bool json = false, segments = false, offline = false;
  ConsumeOptions consume;
  std::string mqtt_version = "5";
};

void AddRun(CLI::App& app, Line& line) {
  CLI::App* run = app.add_subcommand("run", "Run a gateway");
  run->add_option("config", line.config, "configuration file")->required();
  run->callback([&] { line.exit_code = RunCommand(line.config); });
  CLI::App* check = app.add_subcommand(
      "check", "Report every mistake in a configuration; exit 2 if there is any");
  check->add_option("config", line.config, "configuration file")->required();
  check->add_flag("--offline", line.offline,
                  "look at the file alone, not at what it names on this machine");
  check->callback([&] { line.exit_code = CheckCommand(line.config, line.offline); });
}

void AddJournal(CLI::App& app, Line& line) {
  CLI::App* journal = app.add_subcommand("journal", "Read streams, while a gateway runs or not");
  journal->require_subcommand(1);
  CLI::App* ls = journal->add_subcommand("ls", "Streams, and how far their routes are");
  ls->add_option("dir", line.directory, "data_dir of the gateway")->required();
  ls->add_flag("--segments", line.segments, "their files as well");
  ls->callback([&] { line.exit_code = JournalLs(line.directory, line.segments); });
  CLI::App* cat = journal->add_subcommand("cat", "Print events");
  cat->add_option("dir", line.directory, "data_dir of the gateway")->required();
  cat->add_option("stream", line.stream, "stream")->required();
  cat->add_option("--from", line.from, "first offset");
  cat->add_option("--count", line.count, "at most so many records; 0: all");
  cat->add_flag("--json", line.json, "as CloudEvents JSON");
  cat->callback([&] {
    line.exit_code = JournalCat(line.directory, line.stream, line.from, line.count, line.json);
  });
  CLI::App* verify =
      journal->add_subcommand("verify", "Read every byte; exit 1 if anything is damaged");
  verify->add_option("dir", line.directory, "data_dir of the gateway")->required();
  verify->add_option("stream", line.stream, "one stream only");
  verify->callback([&] { line.exit_code = JournalVerify(line.directory, line.stream); });
}

void AddTry(CLI::App& app, Line& line) {
  CLI::App* attempt = app.add_subcommand("try", "Show the events that a payload becomes");
  attempt->add_option("profile", line.profile, "profile file")->required();
  attempt->add_option("payload", line.payload, "payload file; standard input without it");
  attempt->add_option("--topic", line.topic,
                      "topic it is published to; made from the profile without it");
  attempt->add_option("--identity", line.identity, "publishing identity");
  attempt->callback(
      [&] { line.exit_code = TryCommand(line.profile, line.payload, line.topic, line.identity); });
}

void AddStatus(CLI::App& app, Line& line) {
  CLI::App* status = app.add_subcommand("status", "Print the books of a running gateway");
  status->add_option("--admin", line.admin, "its [admin] bind")->capture_default_str();
  status->callback([&] { line.exit_code = StatusCommand(line.admin); });
}

void AddConsume(CLI::App& app, Line& line) {
  CLI::App* consume = app.add_subcommand("consume", "The reference consumer: a JSON line an event");
  ConsumeOptions& o = line.consume;
  consume->add_option("--url", o.url, "mqtt:// or mqtts://")->required();
  consume->add_option("--topic", o.topic, "topic filter")->required();
  consume->add_option("--ca", o.ca_file, "authority of the server's certificate");
  consume->add_option("--cert", o.cert_file, "own certificate");
  consume->add_option("--key", o.key_file, "its key");
  consume->add_option("--username", o.username);
  consume->add_option("--password-file", o.password_file, "its first line");
  consume->add_option("--mqtt-version", line.mqtt_version, "5 or 311")
      ->check(CLI::IsMember({"5", "311"}));
  consume->add_option("--client-id", o.client_id, "needed for a persistent session");
  consume->add_option("--clean-start", o.clean_start, "false: a persistent session")
      ->capture_default_str();
  consume->add_option("--count", o.count, "stop after so many events");
  consume->add_option("--idle-exit", o.idle_exit_seconds,
                      "stop when nothing came for so many seconds");
  consume->add_option("--state", o.state_file, "file that remembers offsets across restarts");
  consume->callback([&] {
    o.version =
        line.mqtt_version == "5" ? sluice::codec::Version::kV5 : sluice::codec::Version::kV311;
    line.exit_code = RunConsume(o);
  });
}

}  // namespace

int main(int argc, char** argv) {
  sluice::tls::UseLazyRecordBuffers();
  CLI::App app("Sluice, an MQTT event gateway for the edge");
  app.require_subcommand(1);
  Line line;
  AddRun(app, line);
  AddJournal(app, line);
  AddTry(app, line);
  AddStatus(app, line);
  AddConsume(app, line);
  app.set_version_flag("--version", "sluice " SLUICE_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsageError;
  }
  return line.exit_code;
}
