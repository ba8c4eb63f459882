#pragma once

#include "base/status.h"
#include "config/config.h"
#include "config/memory_plan.h"
#include "forward/route_options.h"
#include "forward/uplink_connection.h"
#include "ingest/ingest.h"
#include "journal/options.h"
#include "server/server.h"
#include "tls/context.h"
#include "uplink_paho/options.h"

namespace sluice::config {

// The configuration in the words of each layer. Plain translation: no I/O but for the certificates
// of listeners and the password file of uplinks, which are read here.

journal::Options JournalOptions(const Config& config);
std::vector<journal::StreamOptions> StreamOptions(const Config& config, const MemoryPlan& plan);
std::vector<broker::AccessRule> AccessRules(const Config& config);
// Of one [[access]]: a rule for each of its keys.
std::vector<broker::AccessRule> AccessRules(const AccessConfig& access);
ingest::IngestOptions IngestOptions(const Config& config, const MemoryPlan& plan);
// All but the one of dead letters.
std::vector<std::string> EventStreams(const Config& config);
server::ServerOptions ServerOptions(const Config& config, const MemoryPlan& plan);
Result<server::ListenerSpec> ListenerSpec(const Config& config, const ListenerConfig& listener,
                                          const MemoryPlan& plan, const Clock& clock);
// The first line of a file that holds a password.
Result<std::string> ReadPasswordFile(const std::string& path);
// The client library counts in seconds.
std::chrono::seconds UsedConnectTimeout(const UplinkConfig& uplink);
// The listener's certificates and rules; as a context of its own, without a clock, to look at them.
tls::ServerConfig ServerTls(const ListenerConfig& listener);
Result<uplink_paho::PahoOptions> UplinkOptions(const UplinkConfig& uplink);
forward::UplinkConnectionOptions ConnectionOptions(const UplinkConfig& uplink);
Result<forward::RouteOptions> RouteOptions(const Config& config, const RouteConfig& route);

}  // namespace sluice::config
