#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/metrics.h"

namespace sluice::app {

// Of /proc/<pid>/stat, the numbers that the standard process_* metrics show.
struct ProcessStat {
  uint64_t cpu_ticks = 0;    // user and system, of all threads
  uint64_t start_ticks = 0;  // after boot
  uint64_t virtual_bytes = 0;
  uint64_t resident_pages = 0;
};

// None if `proc_stat` is not what proc(5) describes. The program's name may hold any character.
std::optional<ProcessStat> ParseProcessStat(std::string_view proc_stat);

// Memory of this process that is in RAM; 0 if the kernel does not say.
uint64_t ResidentBytes();

// sluice_build_info, and process_* by the names of the Prometheus client libraries. They are read
// when they are asked for, on the loop thread: from two files of /proc, which the kernel makes in
// memory, so that nothing waits for a medium or takes longer with more connections.
void RegisterProcessMetrics(Metrics& metrics);

}  // namespace sluice::app
