#include "support/nats_broker.h"

#include "base/status.h"

namespace sluice::test {
namespace {

constexpr const char* kProgram = "/usr/sbin/nats-server";

// Clients call themselves somebody and say "wrong".
std::string UsersOf(const UplinkRig::Terms& terms) {
  return std::string("authorization { users = [ { user: somebody, password: ") +
         (terms.knows_us ? "wrong" : "another") + " }, { user: reader, password: reader } ] }\n";
}

// After "MQTT clients on mqtt://127.0.0.1:".
uint16_t PortIn(const std::string& log) {
  constexpr std::string_view kBefore = "mqtt://127.0.0.1:";
  const size_t at = log.find(kBefore);
  SLUICE_CHECK(at != std::string::npos);
  return static_cast<uint16_t>(std::stoi(log.substr(at + kBefore.size())));
}

}  // namespace

bool NatsBroker::Available() { return BrokerProcess::Installed(kProgram); }

NatsBroker::NatsBroker(const UplinkRig::Terms& terms)
    : config_("server_name: upstream\nlisten: \"127.0.0.1:-1\"\njetstream { store_dir: \"" +
              process_.directory().File("store") + "\" }\n" + UsersOf(terms)) {
  Start();
}

void NatsBroker::Start() {
  const std::string port = port_ == 0 ? "-1" : std::to_string(port_);
  process_.Start(
      {kProgram, "-c",
       process_.Write("nats.conf", config_ + "mqtt { listen: \"127.0.0.1:" + port + "\" }\n")});
  SLUICE_CHECK(process_.WaitUntilSaid("Server is ready"));
  port_ = PortIn(process_.Said());
}

}  // namespace sluice::test
