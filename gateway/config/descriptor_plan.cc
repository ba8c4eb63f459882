#include "config/descriptor_plan.h"

#include <fmt/format.h>

#include "config/config.h"

namespace sluice::config {
namespace {

// The loop's own, standard input and output, the log, LOCK, what libraries open for a moment.
constexpr size_t kOfProgram = 48;
constexpr size_t kOfStream = 8;  // segments written, read, scanned and removed, the directory
constexpr size_t kOfRoute = 4;
constexpr size_t kOfUplink = 12;  // socket, name lookup, certificates, the client library's own
constexpr size_t kOfListener = 2;
constexpr size_t kOfState = 4;  // the database, its log, the directory
constexpr size_t kLeastConnections = 8;

}  // namespace

size_t ReservedDescriptors(const Config& config) {
  const size_t pages = config.admin.max_connections + kOfListener;
  const size_t admin = config.admin.enabled ? pages : 0;
  const size_t control = pages;
  return kOfProgram + admin + control + (config.state.enabled ? kOfState : 0) + kOfState +
         kOfStream * config.streams.size() + kOfRoute * config.routes.size() +
         kOfUplink * config.uplinks.size() + kOfListener * config.listeners.size();
}

Result<DescriptorPlan> PlanDescriptors(const Config& config, size_t limit) {
  const DescriptorPlan plan{limit, ReservedDescriptors(config)};
  if (limit >= plan.reserve + kLeastConnections) return plan;
  return Status(StatusCode::kResourceExhausted,
                fmt::format("the process may have {} files open and needs {}: raise the limit "
                            "(ulimit -n, LimitNOFILE= of the service)",
                            limit, plan.reserve + kLeastConnections));
}

}  // namespace sluice::config
