#pragma once

#include <string>

#include "base/metrics.h"

namespace sluice::journal {

// The numbers of one stream; they belong to the Metrics object.
struct StreamMetrics {
  StreamMetrics(Metrics* metrics, const std::string& stream);

  Counter& commits;
  Counter& written_bytes;
  Counter& plain_bytes;
  Histogram& commit_seconds;
  Counter& failures;
  Counter& cursor_failures;
  Counter& evicted_events;
  Counter& quarantined;
  Counter& lost_events;
  Counter& lost_cursors;
  Counter& floor_failures;
  Counter& quarantine_removed;
  Counter& torn_bytes;
  Gauge& stored_bytes;
  Gauge& quarantine_bytes;
  Gauge& dirty_bytes;
  Gauge& failing;
};

}  // namespace sluice::journal
