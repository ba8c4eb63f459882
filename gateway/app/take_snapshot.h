#pragma once

#include <memory>
#include <vector>

#include "admin/snapshot.h"
#include "app/certificate_watch.h"
#include "app/forwarder.h"
#include "app/stream_paces.h"
#include "app/watched_uplink.h"
#include "base/clock.h"
#include "base/clock_trust.h"
#include "base/health.h"
#include "base/metrics.h"
#include "config/config.h"
#include "config/memory_plan.h"
#include "journal/journal.h"
#include "server/server.h"
#include "state/store.h"

namespace sluice::app {

// What a snapshot is taken of.
struct SnapshotParts {
  const config::Config& config;
  const config::MemoryPlan& plan;
  const journal::Journal& journal;
  const server::Server& server;
  const ingest::SilenceWatch& silence;
  const state::Store* state;  // null: switched off
  const std::vector<std::unique_ptr<Forwarder>>& forwarders;
  const CertificateWatch& certificates;
  const ClockTrust& clock;
  const Health& health;
  const Metrics& metrics;
  const StreamPaces& paces;
  const std::vector<std::shared_ptr<UplinkHistory>>& uplinks;
};

// Loop thread. Reads two files that the kernel makes in memory, and no others.
// `now` is of the clock by which the parts were told the time.
admin::Snapshot TakeSnapshot(const SnapshotParts& parts, MonotonicTime now, Duration uptime);

}  // namespace sluice::app
