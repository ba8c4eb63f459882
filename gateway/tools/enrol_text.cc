#include "tools/enrol_text.h"

#include <fmt/format.h>

namespace sluice::tools {
namespace {

using Text = std::string (*)(const Enrolment& e);

// In single quotes for a shell.
std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

// In double quotes, as JSON and YAML read them.
std::string InDoubleQuotes(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string MosquittoText(const Enrolment& e) {
  std::string how;
  if (!e.psk.empty()) {
    how = fmt::format("--psk-identity {} --psk {}", Quoted(e.name), e.psk);
  } else if (!e.password.empty()) {
    how = fmt::format("--cafile {} -u {} -P {}", Quoted(e.server_ca), Quoted(e.name),
                      Quoted(e.password));
  } else {
    how = fmt::format("--cafile {} --cert {} --key {}", Quoted(e.server_ca), Quoted(e.certificate),
                      Quoted(e.key));
  }
  return fmt::format(
      "  mosquitto_pub -h {} -p {} {} \\\n"
      "    -i {} -q 1 -t {} -m hello\n",
      Quoted(e.host), e.port, how, Quoted(e.name), Quoted("devices/" + e.name + "/hello"));
}

// A fingerprint of zeros makes it learn the one that it meets.
constexpr std::string_view kLearnFingerprint =
    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00";

std::string TasmotaText(const Enrolment& e) {
  if (e.password.empty()) {
    return "  Released firmware shows no client certificate and knows no pre-shared keys: enrol it "
           "with --password.\n";
  }
  return fmt::format(
      "  In the console, with firmware that has TLS (tasmota32); it learns the gateway's key at "
      "the "
      "first connection:\n"
      "  Backlog SetOption103 1; SetOption132 1; MqttFingerprint1 {}; MqttHost {}; MqttPort {}; "
      "MqttUser {}; MqttPassword {}; MqttClient {}; FullTopic devices/{}/%prefix%/%topic%/\n",
      kLearnFingerprint, e.host, e.port, e.name, e.password, e.name, e.name);
}

std::string ShellyText(const Enrolment& e) {
  if (!e.psk.empty()) {
    return "  It knows no pre-shared keys: enrol it with --password, or with a certificate.\n";
  }
  std::string files = fmt::format("Shelly.PutUserCA with the text of {}", e.server_ca);
  std::string how =
      fmt::format("\"user\": {}, \"pass\": {}", InDoubleQuotes(e.name), InDoubleQuotes(e.password));
  if (e.password.empty()) {
    files += fmt::format(
        ", Shelly.PutTLSClientCert with that of {} and Shelly.PutTLSClientKey with "
        "that of {}",
        e.certificate, e.key);
    how = "\"use_client_cert\": true";
  }
  return fmt::format(
      "  Generation 2 and later, by RPC: {}; then\n"
      "  Mqtt.SetConfig {{\"config\": {{\"enable\": true, \"server\": {}, \"client_id\": {}, {}, "
      "\"ssl_ca\": \"user_ca.pem\", \"topic_prefix\": {}}}}}\n"
      "  and Shelly.Reboot. Generation 1 has no TLS that checks anything: it needs a listener with "
      "password_plaintext.\n",
      files, InDoubleQuotes(fmt::format("{}:{}", e.host, e.port)), InDoubleQuotes(e.name), how,
      InDoubleQuotes("devices/" + e.name));
}

std::string Zigbee2MqttText(const Enrolment& e) {
  if (!e.psk.empty()) {
    return "  It knows no pre-shared keys: enrol it with --password, or with a certificate.\n";
  }
  const std::string how = e.password.empty()
                              ? fmt::format("    cert: {}\n    key: {}\n",
                                            InDoubleQuotes(e.certificate), InDoubleQuotes(e.key))
                              : fmt::format("    user: {}\n    password: {}\n",
                                            InDoubleQuotes(e.name), InDoubleQuotes(e.password));
  return fmt::format(
      "  In configuration.yaml:\n"
      "  mqtt:\n"
      "    server: \"mqtts://{}:{}\"\n"
      "    ca: {}\n"
      "{}"
      "    client_id: {}\n"
      "    base_topic: zigbee2mqtt\n"
      "  It speaks for many devices, which the gateway's configuration has to allow:\n"
      "  [[access]]\n"
      "  identity   = {}\n"
      "  publish    = [\"zigbee2mqtt/#\"]\n"
      "  subscribe  = [\"zigbee2mqtt/#\"]\n"
      "  speaks_for = [\"*\"]\n",
      e.host, e.port, InDoubleQuotes(e.server_ca), how, InDoubleQuotes(e.name),
      InDoubleQuotes(e.name));
}

std::string EsphomeText(const Enrolment& e) {
  if (!e.psk.empty()) {
    return "  It knows no pre-shared keys: enrol it with --password, or with a certificate.\n";
  }
  const std::string how = e.password.empty()
                              ? fmt::format(
                                    "    client_certificate: |\n      (the text of {})\n"
                                    "    client_certificate_key: |\n      (the text of {})\n",
                                    e.certificate, e.key)
                              : fmt::format("    username: {}\n    password: {}\n",
                                            InDoubleQuotes(e.name), InDoubleQuotes(e.password));
  return fmt::format(
      "  With the esp-idf framework:\n"
      "  mqtt:\n"
      "    broker: {}\n"
      "    port: {}\n"
      "    client_id: {}\n"
      "    topic_prefix: {}\n"
      "    certificate_authority: |\n      (the text of {})\n"
      "{}",
      InDoubleQuotes(e.host), e.port, InDoubleQuotes(e.name), InDoubleQuotes("devices/" + e.name),
      e.server_ca, how);
}

constexpr struct {
  std::string_view kind;
  std::string_view title;
  Text text;
} kKinds[] = {
    {"mosquitto", "mosquitto_pub", MosquittoText},
    {"tasmota", "Tasmota", TasmotaText},
    {"shelly", "Shelly", ShellyText},
    {"zigbee2mqtt", "Zigbee2MQTT", Zigbee2MqttText},
    {"esphome", "ESPHome", EsphomeText},
};

}  // namespace

std::vector<std::string_view> EnrolmentKinds() {
  std::vector<std::string_view> kinds;
  for (const auto& row : kKinds) kinds.push_back(row.kind);
  return kinds;
}

std::string EnrolmentText(std::string_view kind, const Enrolment& enrolment) {
  for (const auto& row : kKinds) {
    if (row.kind == kind) return fmt::format("{}:\n{}", row.title, row.text(enrolment));
  }
  return {};
}

}  // namespace sluice::tools
