#pragma once

#include <cstddef>

#include "base/status.h"

namespace sluice::config {

struct Config;

// How many files the process may have open, and how many of them connections may take, so that
// journal, uplinks and the admin page never meet "too many open files" because of connections.
struct DescriptorPlan {
  size_t limit = 0;  // of the process
  size_t reserve = 0;
  size_t connections() const { return limit - reserve; }
};

// What everything but the devices' connections may have open at a time.
size_t ReservedDescriptors(const Config& config);

// kResourceExhausted when `limit` leaves no room for connections; says how much would.
Result<DescriptorPlan> PlanDescriptors(const Config& config, size_t limit);

}  // namespace sluice::config
