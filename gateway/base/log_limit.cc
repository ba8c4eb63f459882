#include "base/log_limit.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice {

bool LogLimit::Allows(MonotonicTime now) {
  const auto due = static_cast<uint64_t>((now - refilled_) / kInterval);
  if (due > 0) {
    lines_left_ = static_cast<uint32_t>(std::min<uint64_t>(kBurst, lines_left_ + due));
    refilled_ += kInterval * due;
  }
  if (lines_left_ == 0) {
    ++left_out_;
    return false;
  }
  --lines_left_;
  return true;
}

std::string LogLimit::LeftOut() {
  const uint64_t left_out = std::exchange(left_out_, 0);
  return left_out == 0 ? "" : fmt::format(" ({} more like this were not logged)", left_out);
}

}  // namespace sluice
