#include "support/rabbitmq_broker.h"

#include "base/status.h"

namespace sluice::test {
namespace {

constexpr const char* kProgram = "/usr/lib/rabbitmq/bin/rabbitmq-server";
constexpr const char* kMapper = "/usr/bin/epmd";
constexpr int kAttempts = 5;

constexpr const char* kConfig = R"(
listeners.tcp = none
mqtt.allow_anonymous = false
mqtt.prefetch = 1000
log.console = true
log.console.level = info
log.file = false
)";

// Of a password "p": base64 of a salt of four bytes and SHA-256 of salt and password.
constexpr const char* kDefinitions = R"({
  "vhosts": [{"name": "/"}],
  "users": [
    {"name": "somebody", "password_hash": "c2FsdJ7QDPSaevLrDG1aDMFLC61r/eV3JbPENovqpC1FIdEZ", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": ""},
    {"name": "reader", "password_hash": "c2FsdPzFUOWb1KF5vE7+95rynFTlxi7NyaRGfkmlpM6K5Qhj", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": ""}
  ],
  "permissions": [
    {"user": "somebody", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"},
    {"user": "reader", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}
  ]
})";

std::string Assign(const std::string& name, const std::string& value) { return name + "=" + value; }

}  // namespace

bool RabbitMqBroker::Available() {
  return BrokerProcess::Installed(kProgram) && BrokerProcess::Installed(kMapper);
}

RabbitMqBroker::RabbitMqBroker() {
  bool started = false;
  for (int attempt = 0; attempt < kAttempts && !started; ++attempt) started = StartMapper();
  SLUICE_CHECK(started);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    port_ = FreeLoopbackPort();
    if (Spawn()) return;
  }
  SLUICE_CHECK(!"RabbitMQ does not start");
}

// The one that RabbitMQ would start by itself stays for ever.
bool RabbitMqBroker::StartMapper() {
  mapper_port_ = FreeLoopbackPort();
  mapper_.Start({kMapper, "-port", std::to_string(mapper_port_), "-address", "127.0.0.1", "-d"});
  return mapper_.WaitUntilSaid("epmd running");
}

void RabbitMqBroker::Start() { SLUICE_CHECK(Spawn()); }

bool RabbitMqBroker::Spawn() {
  const TemporaryDirectory& directory = process_.directory();
  const std::string distribution = std::to_string(FreeLoopbackPort());
  const std::string config =
      std::string(kConfig) + "mqtt.listeners.tcp.1 = 127.0.0.1:" + std::to_string(port_) +
      "\nload_definitions = " + process_.Write("definitions.json", kDefinitions) + "\n";
  process_.Start(
      {kProgram},
      {Assign("HOME", directory.path()),
       Assign("RABBITMQ_NODENAME", "sluice" + std::to_string(mapper_port_) + "@localhost"),
       Assign("RABBITMQ_MNESIA_BASE", directory.File("mnesia")),
       Assign("RABBITMQ_LOG_BASE", directory.File("logs")),
       Assign("RABBITMQ_CONFIG_FILE", process_.Write("rabbitmq.conf", config)),
       Assign("RABBITMQ_ENABLED_PLUGINS_FILE", process_.Write("plugins", "[rabbitmq_mqtt].")),
       Assign("RABBITMQ_CONF_ENV_FILE", "/dev/null"),
       Assign("RABBITMQ_PID_FILE", directory.File("pid")),
       Assign("RABBITMQ_DIST_PORT", distribution),
       Assign("ERL_EPMD_PORT", std::to_string(mapper_port_)),
       // Becomes Erlang's process instead of waiting beside it.
       Assign("RUNNING_UNDER_SYSTEMD", "true"),
       Assign("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
              "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}")});
  return process_.WaitUntilSaid("Server startup complete");
}

}  // namespace sluice::test
