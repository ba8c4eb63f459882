#pragma once

#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "config/toml_reader.h"

namespace sluice::config {

// [gateway]
struct GatewayConfig {
  std::string id;
  std::string data_dir;
  std::string profiles;  // a directory of *.toml; empty: there are none
  LogLevel log_level = LogLevel::kInfo;
  LogLevel log_clients = LogLevel::kDebug;  // of lines that say who comes and goes
  uint64_t memory_limit = 48 << 20;
  bool local_events = true;  // events/<device>/<type> for local subscribers
  Duration clock_trust_after = std::chrono::hours(1);  // without synchronisation
  bool operator==(const GatewayConfig&) const = default;
};

void Read(TableReader& t, GatewayConfig* gateway);

}  // namespace sluice::config
