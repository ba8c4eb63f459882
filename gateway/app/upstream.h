#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/clock_trust.h"
#include "base/health.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/scheduler.h"
#include "config/config.h"
#include "forward/dead_letter_sink.h"
#include "forward/journal_source.h"
#include "forward/route.h"
#include "forward/uplink_connection.h"
#include "journal/journal.h"

namespace sluice::app {

// One [[uplink]] with the routes that lead to it, and the timer that drives them. Loop thread only.
class Upstream {
 public:
  // Everything outlives the upstream.
  struct Parts {
    Scheduler& scheduler;
    journal::Journal& journal;
    forward::DeadLetterSink& dead_letters;
    const ClockTrust& clock_trust;
    Random& random;
    Metrics& metrics;
    Health& health;
  };

  static Result<std::unique_ptr<Upstream>> Create(const config::Config& config,
                                                  const config::UplinkConfig& uplink,
                                                  const Parts& parts);
  ~Upstream();

  void Start();
  // Sends nothing new; idle() when everything sent is answered.
  void Quiesce();
  bool idle() const;
  void Stop();

  bool connected() const { return connection_.connected(); }
  const std::string& name() const { return connection_.name(); }
  const std::string& url() const { return url_; }  // as configured
  const std::vector<std::unique_ptr<forward::Route>>& routes() const { return routes_; }

 private:
  Upstream(const config::UplinkConfig& config, std::unique_ptr<forward::Uplink> uplink,
           const Parts& parts);
  void AddRoute(const config::Config& config, const config::RouteConfig& route);
  void ArmTimer();

  const Parts parts_;
  const std::string url_;
  const std::unique_ptr<forward::Uplink> uplink_;
  forward::UplinkConnection connection_;
  std::vector<std::unique_ptr<forward::JournalSource>> sources_;
  std::vector<std::unique_ptr<forward::Route>> routes_;
  Timer timer_;
};

}  // namespace sluice::app
