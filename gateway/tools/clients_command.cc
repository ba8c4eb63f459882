#include "tools/clients_command.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "admin/duration_text.h"
#include "tools/control.h"
#include "tools/json_members.h"
#include "tools/plain_text.h"

namespace sluice::tools {
namespace {

using simdjson::dom::element;

struct ClientsArguments {
  std::string directory = "/var/lib/sluice";  // that of the packages and the image
  bool json = false;
};

constexpr const char* kColumns = "{:<24} {:<20} {:<26} {:<9} {:<12} {:<12} {:>9} {:>9}\n";

// "3 min 5 s".
std::string DurationUnder(const element& client, const char* key) {
  double seconds = 0;
  if (client[key].get(seconds) != simdjson::SUCCESS) return "-";
  return admin::DurationText(
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)));
}

void Print(const element& client) {
  const std::string_view tls = Text(client, "tls");
  fmt::print(kColumns, OneLine(Text(client, "id")), OneLine(Text(client, "identity")),
             OneLine(Text(client, "address")),
             fmt::format("{}{}", Text(client, "mqtt"), tls.empty() ? "" : " TLS"),
             DurationUnder(client, "connected_seconds"),
             DurationUnder(client, "last_packet_seconds_ago"), Number(client, "in_flight"),
             Number(client, "queued"));
}

// Prints a page; where to go on, if there is more. Fails for what is no page.
Result<std::optional<uint64_t>> PrintPage(const std::string& body, bool as_json) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(body);
  element page;
  simdjson::dom::array clients;
  if (parser.parse(padded).get(page) != simdjson::SUCCESS ||
      page["clients"].get(clients) != simdjson::SUCCESS) {
    return Status::Unavailable("what the gateway answers is no list of clients: " + body);
  }
  for (const element client : clients) {
    if (as_json) {
      fmt::print("{}\n", simdjson::minify(client));
    } else {
      Print(client);
    }
  }
  uint64_t next = 0;
  if (page["next"].get(next) != simdjson::SUCCESS) return std::optional<uint64_t>();
  return std::optional<uint64_t>(next);
}

// A page at a time, so that the gateway has time for others in between: who comes or goes meanwhile
// may be in the list or not, and nobody is in it twice.
int List(const ClientsArguments& a) {
  if (!a.json) {
    fmt::print(kColumns, "CLIENT ID", "IDENTITY", "ADDRESS", "MQTT", "CONNECTED", "LAST PACKET",
               "IN FLIGHT", "QUEUED");
  }
  for (std::optional<uint64_t> after = 0; after;) {
    auto response = AskControl(a.directory, fmt::format("/clients?after={}", *after));
    if (!response.ok()) return Complain(response.status());
    if (response->status != kOk) return Complain(Status::Unavailable(WhyNot(std::move(*response))));
    const auto next = PrintPage(response->body, a.json);
    if (!next.ok()) return Complain(next.status());
    after = *next;
  }
  return 0;
}

}  // namespace

void AddClients(CLI::App& app, int* exit_code) {
  CLI::App* clients = app.add_subcommand("clients", "List the clients of a running gateway");
  auto arguments = std::make_shared<ClientsArguments>();
  clients->add_option("--dir", arguments->directory, "data_dir of a gateway on this machine")
      ->envname("SLUICE_DIR")
      ->capture_default_str();
  clients->add_flag("--json", arguments->json, "a line of JSON each, see docs/status.md");
  clients->callback([arguments, exit_code] { *exit_code = List(*arguments); });
}

}  // namespace sluice::tools
