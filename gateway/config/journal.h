#pragma once

#include <cstdint>

#include "config/toml_reader.h"
#include "journal/options.h"

namespace sluice::config {

struct Config;

// [journal]
struct JournalConfig {
  Duration commit_linger = journal::Options{}.commit_linger;
  uint64_t commit_bytes = journal::Options{}.commit_bytes;
  uint64_t daily_write_budget = 0;  // 0: none
  uint64_t max_bytes = 0;           // of all streams together; 0: the sum of theirs
  uint64_t min_free = 32 << 20;
  bool operator==(const JournalConfig&) const = default;
};

void Read(TableReader& t, JournalConfig* journal);
// Whether the streams fit it.
void CheckJournal(const Config& config, Diagnostics* diagnostics);

journal::Options ToJournalOptions(const JournalConfig& journal);

}  // namespace sluice::config
