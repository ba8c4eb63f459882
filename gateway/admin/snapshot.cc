#include "admin/snapshot.h"

#include <chrono>
#include <cmath>

namespace sluice::admin {

std::optional<uint64_t> WrittenBytesPerDay(const Snapshot& snapshot) {
  if (!snapshot.written_bytes || snapshot.uptime < std::chrono::minutes(1)) return std::nullopt;
  const double days = std::chrono::duration<double>(snapshot.uptime) / std::chrono::hours(24);
  return static_cast<uint64_t>(std::llround(static_cast<double>(*snapshot.written_bytes) / days));
}

}  // namespace sluice::admin
