#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/upstream.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "base/status.h"
#include "journal/journal.h"
#include "server/server.h"

namespace sluice::app {

// The books of a running gateway as text for people: for every stream and route the terms of
//   accepted = acknowledged + pending + dead-lettered + expired + evicted
// and what the journal, the clients and the uplinks are doing. Loop thread.
std::string StatusReport(const std::string& gateway, Duration uptime, journal::Journal& journal,
                         const server::Server& server,
                         const std::vector<std::unique_ptr<Upstream>>& upstreams);

// The same terms as metrics, read from the journal when they are asked for, on the loop thread.
void RegisterBookMetrics(journal::Journal& journal, Metrics& metrics);

}  // namespace sluice::app
