#include "app/descriptors.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace sluice::app {
namespace {

constexpr size_t kUsualLimit = 64 * 1024;
// The loop's own, standard input and output, the log, LOCK, what libraries open for a moment.
constexpr size_t kOfProgram = 48;
constexpr size_t kOfStream = 8;  // segments written, read, scanned and removed, the directory
constexpr size_t kOfRoute = 4;
constexpr size_t kOfUplink = 12;  // socket, name lookup, certificates, the client library's own
constexpr size_t kOfListener = 2;
constexpr size_t kLeastConnections = 8;

rlimit Limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit : rlimit{1024, 1024};
}

}  // namespace

size_t ReservedDescriptors(const config::Config& config) {
  const size_t pages = config.admin.max_connections + kOfListener;
  const size_t admin = config.admin.enabled ? pages : 0;
  const size_t control = pages;
  return kOfProgram + admin + control + kOfStream * config.streams.size() +
         kOfRoute * config.routes.size() + kOfUplink * config.uplinks.size() +
         kOfListener * config.listeners.size();
}

Result<DescriptorPlan> PlanDescriptors(const config::Config& config, size_t limit) {
  const DescriptorPlan plan{limit, ReservedDescriptors(config)};
  if (limit >= plan.reserve + kLeastConnections) return plan;
  return Status(StatusCode::kResourceExhausted,
                fmt::format("the process may have {} files open and needs {}: raise the limit "
                            "(ulimit -n, LimitNOFILE= of the service)",
                            limit, plan.reserve + kLeastConnections));
}

size_t RaiseDescriptorLimit(size_t wanted) {
  rlimit limit = Limit();
  const rlim_t target = std::min<rlim_t>(limit.rlim_max, std::max(wanted, kUsualLimit));
  if (limit.rlim_cur < target) {
    limit.rlim_cur = target;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) limit = Limit();
  }
  return static_cast<size_t>(std::min<rlim_t>(limit.rlim_cur, std::max(wanted, kUsualLimit)));
}

void SizeDescriptorTable(size_t descriptors) {
  if (descriptors == 0) return;
  const int highest = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, static_cast<int>(descriptors - 1));
  if (highest >= 0) ::close(highest);
}

size_t DescriptorsInUse() {
  const int lowest = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  if (lowest < 0) return Limit().rlim_cur;
  ::close(lowest);
  return static_cast<size_t>(lowest);
}

}  // namespace sluice::app
