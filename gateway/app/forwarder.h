#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/clock_trust.h"
#include "base/health.h"
#include "base/metrics.h"
#include "base/random.h"
#include "base/scheduler.h"
#include "base/status.h"
#include "config/config.h"
#include "forward/dead_letter_sink.h"
#include "forward/journal_source.h"
#include "forward/route.h"
#include "forward/shared_uplink.h"
#include "journal/journal.h"

namespace sluice::app {

// Makes the uplink that a section of the configuration describes; MakeUplink is one.
using UplinkMaker =
    std::function<Result<std::unique_ptr<forward::Uplink>>(const config::UplinkConfig&)>;

// One [[uplink]] with the routes that lead to it, and the timer that drives them. Loop thread only.
class Forwarder {
 public:
  // Everything outlives the forwarder.
  struct Parts {
    Scheduler& scheduler;
    const Clock& clock;
    journal::Journal& journal;
    forward::DeadLetterSink& dead_letters;
    const ClockTrust& clock_trust;
    Random& random;
    Metrics& metrics;
    Health& health;
  };

  // `section` is one of the configuration's, `uplink` made of it.
  Forwarder(const config::Config& config, const config::UplinkConfig& section,
            std::unique_ptr<forward::Uplink> uplink, const Parts& parts);
  ~Forwarder();

  void Start();
  // Sends nothing new; idle() when everything sent is answered.
  void Quiesce();
  bool idle() const;
  void Stop();

  bool connected() const { return shared_.connected(); }
  const std::string& name() const { return shared_.name(); }
  const std::string& url() const { return url_; }  // as configured
  const std::vector<std::unique_ptr<forward::Route>>& routes() const { return routes_; }

 private:
  void AddRoute(const config::Config& config, const config::RouteConfig& route);
  void ArmTimer();

  const Parts parts_;
  const std::string url_;
  const std::unique_ptr<forward::Uplink> uplink_;
  forward::SharedUplink shared_;
  std::vector<std::unique_ptr<forward::JournalSource>> sources_;
  std::vector<std::unique_ptr<forward::Route>> routes_;
  Timer timer_;
};

}  // namespace sluice::app
