#pragma once

#include <cstddef>

#include "base/status.h"
#include "config/config.h"

namespace sluice::app {

// How many files the process may have open, and how many of them connections may take, so that
// journal, uplinks and the admin page never meet "too many open files" because of connections.
struct DescriptorPlan {
  size_t limit = 0;  // of the process
  size_t reserve = 0;
  size_t connections() const { return limit - reserve; }
};

// What everything but the devices' connections may have open at a time.
size_t ReservedDescriptors(const config::Config& config);

// kResourceExhausted when `limit` leaves no room for connections; says how much would.
Result<DescriptorPlan> PlanDescriptors(const config::Config& config, size_t limit);

// Raises the soft limit of the process to what `wanted` descriptors need, or to 64 Ki if that is
// more, as far as the hard limit allows; never lowers it. Returns the limit that holds then.
size_t RaiseDescriptorLimit(size_t wanted);

// Makes the kernel's table of this process as large as `descriptors` need. When it grows later,
// with several threads running, whoever opens the descriptor stands still for 10 to 30 ms each time
// the table doubles, and that is the loop. To be called while there is one thread; eight bytes of
// kernel memory each.
void SizeDescriptorTable(size_t descriptors);

// Close to the number of descriptors in use: the lowest one that is free. A system call.
size_t DescriptorsInUse();

}  // namespace sluice::app
