#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/upstream.h"
#include "base/clock.h"
#include "base/clock_trust.h"
#include "base/health.h"
#include "base/metrics.h"
#include "base/status.h"
#include "journal/journal.h"
#include "server/server.h"

namespace sluice::app {

// The books of a running gateway as text for people: for every stream and route the terms of
//   accepted = acknowledged + pending + dead-lettered + expired + evicted
// what the journal, the clients and the uplinks are doing, and at the end what is wrong, in the
// words of /healthz. Each line says since when it counts: since the stream was made, since this
// start of the gateway, or now. Loop thread.
std::string StatusReport(const std::string& gateway, Duration uptime, journal::Journal& journal,
                         const server::Server& server, const Health& health,
                         const ClockTrust& clock,
                         const std::vector<std::unique_ptr<Upstream>>& upstreams);

// The same terms as metrics, read from the journal when they are asked for, on the loop thread.
void RegisterBookMetrics(journal::Journal& journal, Metrics& metrics);

}  // namespace sluice::app
