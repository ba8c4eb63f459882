#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/metrics.h"

namespace sluice::app {

// What the gateway costs the flash that it writes to. A card or chip is worn out after so many
// bytes, so the number to watch is bytes a day; `journal.commit_linger` is the knob.

// `write_bytes` of /proc/<pid>/io: what this process made the kernel send to storage, in whole
// pages. The file system's own metadata and the medium's write amplification come on top.
std::optional<uint64_t> ParseWrittenBytes(std::string_view proc_io);
// That of this process; none where the kernel does not count it.
std::optional<uint64_t> WrittenBytes();

// sluice_storage_written_bytes_total
void RegisterWearMetric(Metrics& metrics);

}  // namespace sluice::app
