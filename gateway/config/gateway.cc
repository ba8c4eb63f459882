#include "config/gateway.h"

namespace sluice::config {
namespace {

constexpr Word<LogLevel> kLogLevels[] = {{"debug", LogLevel::kDebug},
                                         {"info", LogLevel::kInfo},
                                         {"warn", LogLevel::kWarn},
                                         {"error", LogLevel::kError}};
constexpr Word<LogLevel> kClientLogLevels[] = {
    {"debug", LogLevel::kDebug}, {"info", LogLevel::kInfo}, {"off", LogLevel::kOff}};

}  // namespace

void Read(TableReader& t, GatewayConfig* gateway) {
  t.Require("id");
  t.Require("data_dir");
  t.Name("id", &gateway->id);
  t.Path("data_dir", &gateway->data_dir);
  t.Path("profiles", &gateway->profiles);
  t.OneOf("log_level", kLogLevels, &gateway->log_level);
  t.OneOf("log_clients", kClientLogLevels, &gateway->log_clients);
  t.Bytes("memory_limit", 8 << 20, &gateway->memory_limit);
  t.Flag("local_events", &gateway->local_events);
  t.Time("clock_trust_after", Duration(0), &gateway->clock_trust_after);
}

}  // namespace sluice::config
