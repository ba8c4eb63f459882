#include "base/log_limit.h"

#include <fmt/format.h>

#include <utility>

namespace sluice {

bool LogLimit::Allows(MonotonicTime now) {
  if (lines_.Take(now)) return true;
  ++left_out_;
  return false;
}

std::string LogLimit::LeftOut() {
  const uint64_t left_out = std::exchange(left_out_, 0);
  return left_out == 0 ? "" : fmt::format(" ({} more like this were not logged)", left_out);
}

}  // namespace sluice
