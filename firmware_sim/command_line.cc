#include "firmware_sim/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>

namespace sluice::fleet {
namespace {

Duration Seconds(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

// Calls `take` with each part of `text`; stops at the first that it does not like.
template <typename Take>
bool EachPart(std::string_view text, char separator, Take take) {
  while (true) {
    const size_t end = std::min(text.find(separator), text.size());
    if (!take(text.substr(0, end))) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

Status InterpretQos(const std::string& text, std::array<uint32_t, 3>* weights) {
  size_t count = 0;
  const bool good = EachPart(text, ':', [&](std::string_view part) {
    if (count == 3) return false;
    const auto [end, error] =
        std::from_chars(part.data(), part.data() + part.size(), (*weights)[count++]);
    return error == std::errc() && end == part.data() + part.size();
  });
  if (good && count == 3 && uint64_t{(*weights)[0]} + (*weights)[1] + (*weights)[2] > 0)
    return Status::Ok();
  return Status::InvalidArgument(
      fmt::format("--qos: '{}' is no three weights for QoS 0, 1 and 2 like 10:70:20", text));
}

Status InterpretDialects(const std::string& text, std::vector<Product>* products) {
  products->clear();
  const bool good = EachPart(text, ',', [&](std::string_view part) {
    const std::optional<Product> product = ParseProduct(part);
    if (product) products->push_back(*product);
    return product.has_value();
  });
  if (good) return Status::Ok();
  return Status::InvalidArgument(fmt::format(
      "--dialects: '{}' is no list of zigbee2mqtt, tasmota and shelly, separated by commas", text));
}

void AddMisbehaviour(CLI::App* command, FleetArguments* arguments) {
  FleetOptions& options = arguments->options;
  const CLI::Range share(0.0, 1.0);
  command
      ->add_option("--malformed", options.device.malformed,
                   "share of readings with a damaged payload")
      ->check(share);
  command
      ->add_option("--reconnect", options.device.drop,
                   "share of transmissions after which a device drops its connection at once")
      ->check(share);
  command
      ->add_option("--resend", options.device.resend,
                   "share of acknowledged readings that a forgetful device sends once more")
      ->check(share);
  command->add_option("--sleepers", options.sleepers, "share of devices that disconnect and sleep")
      ->check(share);
  command
      ->add_option("--sleep-seconds", arguments->sleep_seconds, "how long they sleep, on average")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--clean-sessions", options.clean_sessions,
                   "share of devices that never resume a session")
      ->check(share);
}

void AddPacing(CLI::App* command, FleetArguments* arguments) {
  FleetOptions& options = arguments->options;
  command->add_option("--seconds", arguments->seconds, "for how long readings are taken")
      ->check(CLI::PositiveNumber);
  command->add_option("--readings", options.device.readings, "how many readings each device takes")
      ->check(CLI::PositiveNumber);
  command->add_option("--rate", arguments->rate, "readings a second, per device")
      ->check(CLI::Range(0.0001, 10000.0));
  command
      ->add_option("--drain-seconds", arguments->drain_seconds,
                   "how long to wait for acknowledgements in the end")
      ->check(CLI::NonNegativeNumber);
  command
      ->add_option("--ack-timeout", arguments->ack_timeout_seconds,
                   "after so long without an answer a device reconnects and sends again")
      ->check(CLI::PositiveNumber);
  command->add_option("--connect-rate", options.connect_rate, "connections a second, all together")
      ->check(CLI::Range(1, 100000));
  command->add_option("--window", options.device.window, "unanswered transmissions per device")
      ->check(CLI::Range(1, 60000));
  command->add_option("--outbox", options.device.outbox.entries, "readings that a device can keep")
      ->check(CLI::PositiveNumber);
  command->add_option("--day-seconds", arguments->day_seconds, "length of a simulated day")
      ->check(CLI::PositiveNumber);
}

}  // namespace

void AddFleetArguments(CLI::App* command, FleetArguments* arguments) {
  FleetOptions& options = arguments->options;
  command->add_option("--url", options.url, "mqtts://HOST:PORT, or mqtt:// without TLS")
      ->required();
  command->add_option("--pki", options.pki,
                      "directory made by certs/make-pki.sh; required with mqtts");
  command
      ->add_option("--max-fragment", options.max_fragment,
                   "TLS maximum fragment length that devices ask for")
      ->check(CLI::IsMember({512, 1024, 2048, 4096}));
  command->add_option("--ledger", options.ledger, "file for what was acknowledged")->required();
  command->add_flag("--append", options.append, "add a run to a ledger that has content");
  command->add_option("--first-seq", options.device.first_seq, "where the devices' counters start")
      ->check(CLI::PositiveNumber);
  command->add_option("--devices", options.devices)->check(CLI::Range(1, 100000));
  command->add_option("--prefix", options.prefix, "device names are this and four digits from 0001")
      ->capture_default_str();
  command->add_option("--qos", arguments->qos, "weights of QoS 0, 1 and 2")->capture_default_str();
  command->add_option("--dialects", arguments->dialects)->capture_default_str();
  command->add_option("--mqtt", arguments->mqtt, "version of the protocol")
      ->check(CLI::IsMember({"5", "311", "mixed"}))
      ->capture_default_str();
  command->add_option("--seed", options.seed, "the same seed makes the same devices");
  command->add_flag("--progress", options.progress, "a line to stderr every second");
  command->add_option("--status-file", options.status_file, "rewritten four times a second: JSON");
  AddPacing(command, arguments);
  AddMisbehaviour(command, arguments);
}

Status Interpret(FleetArguments* arguments) {
  FleetOptions& options = arguments->options;
  SLUICE_RETURN_IF_ERROR(InterpretQos(arguments->qos, &options.device.qos_weights));
  SLUICE_RETURN_IF_ERROR(InterpretDialects(arguments->dialects, &options.products));
  if (options.url.starts_with("mqtts://") ? options.pki.empty()
                                          : !options.url.starts_with("mqtt://")) {
    return Status::InvalidArgument("--url: mqtts://HOST:PORT with --pki, or mqtt://HOST:PORT");
  }
  if (options.url.starts_with("mqtt://")) options.pki.clear();
  if (arguments->seconds == 0 && options.device.readings == 0) {
    return Status::InvalidArgument("one of --seconds and --readings is needed");
  }
  options.mqtt = arguments->mqtt == "5"     ? MqttChoice::k5
                 : arguments->mqtt == "311" ? MqttChoice::k311
                                            : MqttChoice::kMixed;
  options.duration = Seconds(arguments->seconds);
  options.drain = Seconds(arguments->drain_seconds);
  options.day = Seconds(arguments->day_seconds);
  options.device.interval = Seconds(1.0 / arguments->rate);
  options.device.sleep = Seconds(arguments->sleep_seconds);
  options.device.ack_timeout = Seconds(arguments->ack_timeout_seconds);
  return Status::Ok();
}

void AddVerifyArguments(CLI::App* command, VerifyOptions* options) {
  command->add_option("--ledger", options->ledger, "what sluice-fleet run wrote")->required();
  command->add_option("--events", options->events, "what sluice consume printed")->required();
  command->add_option("--dead-letters", options->dead_letters,
                      "what sluice consume printed for the stream of dead letters");
  command->add_flag("--from-start", options->from_start,
                    "every stream was received from its first event on");
  command->add_flag("--json", options->json, "print one JSON object instead of a table");
}

}  // namespace sluice::fleet
