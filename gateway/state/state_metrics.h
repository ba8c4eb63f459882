#pragma once

#include "base/metrics.h"
#include "base/status.h"
#include "state/schema.h"

namespace sluice::state {

struct StateMetrics {
  StateMetrics(Metrics* metrics, const Schema& schema);

  // Of a write that failed for this reason.
  Counter& Failures(StatusCode reason) const;

  Counter& commits;
  Counter& put;
  Counter& removed;
  Counter& damaged;  // files set aside
  Counter& newer;    // the same, of a newer version
  Histogram& commit_seconds;
  Gauge& file_bytes;

 private:
  Metrics& metrics_;
  const Schema& schema_;
};

}  // namespace sluice::state
