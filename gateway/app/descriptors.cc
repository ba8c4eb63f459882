#include "app/descriptors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace sluice::app {
namespace {

constexpr size_t kUsualLimit = 64 * 1024;

rlimit Limit() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit : rlimit{1024, 1024};
}

}  // namespace

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
