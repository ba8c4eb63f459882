#pragma once

#include <string>
#include <vector>

#include "config/access.h"
#include "config/admin.h"
#include "config/gateway.h"
#include "config/journal.h"
#include "config/limits.h"
#include "config/listener.h"
#include "config/mqtt.h"
#include "config/route.h"
#include "config/state.h"
#include "config/stream.h"
#include "config/uplink.h"

namespace sluice::config {

// What `sluice run CONFIG` reads: every section in final types, with the defaults filled in, so
// that building a part from it can fail only because of the machine. Every key is explained in
// gateway/docs/gateway.toml, which a test loads. Sizes are bytes; relative paths in the file are
// relative to the file and absolute here. What differs between two of them is what a reload has to
// change.
//
// Each section is a pair of files: its struct, its reader, its checks, and what it means in the
// words of the layers below.
struct Config {
  std::string file;
  GatewayConfig gateway;
  AdminConfig admin;
  LimitsConfig limits;
  MqttConfig mqtt;
  JournalConfig journal;
  StateConfig state;
  std::vector<ListenerConfig> listeners;
  std::vector<StreamConfig> streams;
  std::vector<UplinkConfig> uplinks;
  std::vector<RouteConfig> routes;
  std::vector<AccessConfig> access;  // empty: the default rules
  bool operator==(const Config&) const = default;
};

}  // namespace sluice::config
