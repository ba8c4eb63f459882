#include "sim/tls_keys.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "base/byte_buffer.h"
#include "base/status.h"

namespace sluice::sim {
namespace {

constexpr auto kNames = std::to_array<std::string_view>(
    {"dev-1", "dev-2", "dev-3", "dev-4", "dev-5", "dev-6", "hub-1", "hub-2", "sub-1", "sub-2"});

// The directory of the certificates, which are made now if they are not there.
const std::string& Directory() {
  static const std::string directory = [] {
    std::string command =
        "flock " SLUICE_SIM_PKI_DIR ".lock " SLUICE_MAKE_PKI " " SLUICE_SIM_PKI_DIR;
    for (const std::string_view name : kNames) command.append(" --device ").append(name);
    SLUICE_CHECK(std::system((command + " >/dev/null").c_str()) == 0);
    return std::string(SLUICE_SIM_PKI_DIR "/");
  }();
  return directory;
}

const tls::Context& GatewayContext() {
  static const std::shared_ptr<tls::Context> context = [] {
    auto made = tls::Context::NewServer({.certificate_file = Directory() + "server.crt",
                                         .key_file = Directory() + "server.key",
                                         .client_ca_file = Directory() + "devices-ca.crt"});
    SLUICE_CHECK(made.ok());
    return std::move(*made);
  }();
  return *context;
}

const tls::Context& ClientContext(const std::string& identity) {
  static std::map<std::string, std::shared_ptr<tls::Context>> contexts;
  std::shared_ptr<tls::Context>& context = contexts[identity];
  if (context == nullptr) {
    const std::string stem = Directory() + "devices/" + identity;
    auto made = tls::Context::NewClient({.server_ca_file = Directory() + "server-ca.crt",
                                         .server_name = "localhost",
                                         .certificate_file = stem + ".crt",
                                         .key_file = stem + ".key"});
    SLUICE_CHECK(made.ok());
    context = std::move(*made);
  }
  return *context;
}

struct End {
  tls::Engine& engine;
  ByteBuffer output = {};
  bool done = false;

  void Take(ByteBuffer* input) {
    if (done) return;
    ByteSpan rest = input->view();
    const auto result = engine.Handshake(&rest, &output);
    SLUICE_CHECK(result != tls::Engine::HandshakeResult::kFailed);
    done = result == tls::Engine::HandshakeResult::kDone;
    input->Consume(input->size() - rest.size());
  }
};

}  // namespace

bool TlsKeys::Has(const std::string& identity) {
  return std::find(kNames.begin(), kNames.end(), identity) != kNames.end();
}

TlsKeys::Pair TlsKeys::ShakeHands(const std::string& identity) {
  std::unique_ptr<tls::ResumptionTicket>& ticket = tickets_[identity];
  Pair pair{ClientContext(identity).NewEngine(ticket.get()), GatewayContext().NewEngine()};
  End client{*pair.client}, gateway{*pair.gateway};
  while (!client.done || !gateway.done) {
    client.Take(&gateway.output);
    gateway.Take(&client.output);
  }
  ticket = pair.client->Ticket();
  return pair;
}

}  // namespace sluice::sim
