#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/toml_reader.h"
#include "ingest/ingest.h"
#include "journal/options.h"

namespace sluice::config {

struct Config;
struct MemoryPlan;

// Where messages go that cannot become events. Exists without being configured.
inline constexpr const char* kDeadLetterStream = "dead-letters";

// [[stream]]
struct StreamConfig {
  std::string name;
  std::vector<std::string> topics = {"#"};  // filters, none of them shared
  journal::Durability durability = journal::StreamOptions{}.durability;
  Duration interval = journal::StreamOptions{}.sync_interval;
  uint64_t max_bytes = journal::StreamOptions{}.max_bytes;
  uint64_t segment_bytes =
      journal::StreamOptions{}.segment_bytes;  // a sixteenth of max_bytes, at most 16 MiB
  uint64_t max_quarantine = 64 << 20;          // a quarter of max_bytes
  Duration keep{};                             // 0: not
  journal::OnFull on_full = journal::StreamOptions{}.on_full;
  bool compress = journal::StreamOptions{}.compress;
  bool operator==(const StreamConfig&) const = default;
};

void Read(TableReader& t, StreamConfig* stream);
// Adds the stream of dead letters where there is any stream and none is called so.
void AddDeadLetterStream(std::vector<StreamConfig>* streams);
// Whether anything can ever become an event, and its publisher be told too early.
void CheckStreams(const Config& config, Diagnostics* diagnostics);

std::vector<journal::StreamOptions> ToStreamOptions(const Config& config, const MemoryPlan& plan);
ingest::IngestOptions ToIngestOptions(const Config& config, const MemoryPlan& plan);
// All but the one of dead letters.
std::vector<std::string> EventStreams(const Config& config);

}  // namespace sluice::config
