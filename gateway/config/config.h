#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "forward/route_options.h"
#include "journal/options.h"
#include "tls/context.h"

namespace sluice::config {

// What `sluice run CONFIG` reads: plain data, as written in the file, with the defaults filled in.
// Every key is explained in gateway/docs/gateway.toml, which a test loads. Sizes are bytes.
// Relative paths in the file are relative to the file and absolute here.

struct AccessConfig {
  std::string identity = "*";
  bool deny = false;
  std::vector<std::string> publish;
  std::vector<std::string> subscribe;
  uint64_t share = 0;                   // 0: no rule about it; an identity counts once
  std::vector<std::string> speaks_for;  // empty: no rule about it; an identity speaks for itself
};

struct AdminConfig {
  bool enabled = true;
  std::string bind = "127.0.0.1:9464";
  std::vector<std::string> hosts;  // that it answers to besides its address and localhost
  uint64_t max_connections = 64;
  Duration request_timeout = std::chrono::seconds(10);
};

struct LimitsConfig {
  uint64_t max_connections = 0;  // 0: as many as memory_limit holds
  uint64_t max_half_open = 128;
  uint64_t max_packet_bytes = 256 * 1024;
  uint64_t receive_maximum = 128;
  uint64_t session_queue_bytes = 1 << 20;
  uint64_t retained_bytes = 4 << 20;
  uint64_t output_bytes = 1 << 20;
  Duration hello_timeout = std::chrono::seconds(5);
  Duration handshake_timeout = std::chrono::seconds(10);
  Duration connect_timeout = std::chrono::seconds(10);
  Duration session_expiry_max = std::chrono::hours(24);
};

struct GatewayConfig {
  std::string id;
  std::string data_dir;
  std::string profiles;                 // a directory of *.toml
  std::string_view log_level = "info";  // a word that SetLogLevel knows
  uint64_t memory_limit = 48 << 20;
  bool local_events = true;  // events/<device>/<type> for local subscribers
  Duration clock_trust_after = std::chrono::hours(1);  // without synchronisation
};

struct ListenerTlsConfig {
  std::string cert, key, client_ca;
  tls::ClientCertificate client_cert = tls::ClientCertificate::kRequired;
};

struct ListenerConfig {
  std::string bind;
  bool plaintext = false;  // has to be asked for
  bool anonymous = false;  // clients without a certificate are "anonymous"; has to be asked for
  ListenerTlsConfig tls;
};

struct JournalConfig {
  Duration commit_linger = std::chrono::milliseconds(4);
  uint64_t max_bytes = 0;  // of all streams together; 0: the sum of theirs
  uint64_t min_free = 32 << 20;
};

struct StreamConfig {
  std::string name;
  std::vector<std::string> topics = {"#"};
  journal::Durability durability = journal::Durability::kCommit;
  Duration interval = std::chrono::seconds(1);
  uint64_t max_bytes = 256 << 20;
  uint64_t segment_bytes = 0;            // 0: a sixteenth of max_bytes, at most 16 MiB
  uint64_t max_quarantine = UINT64_MAX;  // UINT64_MAX: a quarter of max_bytes
  journal::OnFull on_full = journal::OnFull::kReject;
};

struct UplinkConfig {
  std::string name, url, client_id;
  std::string ca, cert, key;
  std::string username, password_file;
  uint64_t mqtt_version = 5;  // 5 or 3 (for 3.1.1)
  Duration keep_alive = std::chrono::seconds(30);
  Duration connect_timeout = std::chrono::seconds(10);
  Duration ack_timeout = std::chrono::seconds(30);
  Duration backoff_min = std::chrono::milliseconds(500);
  Duration backoff_max = std::chrono::minutes(1);
};

struct BatchConfig {
  uint64_t max_events = 100;  // 1: one event a message
  uint64_t max_bytes = 64 << 10;
  Duration linger = std::chrono::milliseconds(20);
};

struct WindowConfig {
  uint64_t max_publishes = 64;
  uint64_t max_bytes = 1 << 20;
};

struct RouteConfig {
  std::string name;  // from-to unless given
  std::string from, to;
  std::string topic = "sluice/{gateway}/{stream}";
  forward::Format format = forward::Format::kFlatBuffers;
  Duration max_age{0};  // 0: events never expire
  BatchConfig batch;
  WindowConfig window;
};

struct Config {
  std::string file;
  GatewayConfig gateway;
  AdminConfig admin;
  LimitsConfig limits;
  JournalConfig journal;
  std::vector<ListenerConfig> listeners;
  std::vector<StreamConfig> streams;
  std::vector<UplinkConfig> uplinks;
  std::vector<RouteConfig> routes;
  std::vector<AccessConfig> access;  // empty: the default rules
};

// The identity of clients without a certificate.
inline constexpr const char* kAnonymous = "anonymous";

// Where messages go that cannot become events. Exists without being configured.
inline constexpr const char* kDeadLetterStream = "dead-letters";

}  // namespace sluice::config
