#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/scheduler.h"
#include "broker/broker.h"

namespace sluice::server {

// What the broker can say of itself as retained messages `$SYS/broker/…`, under the names that
// Mosquitto has given them, so that what its users have built on them goes on. Only what has
// changed is published again. It is not stored: after a restart it is told anew. Loop thread only.
class SysTopics {
 public:
  // Publishes at once and then every `interval`. Everything outlives this.
  SysTopics(Duration interval, Scheduler& scheduler, broker::Broker& broker,
            const broker::Counters& counters);

  void Publish();

 private:
  void Tell(std::string_view name, const std::string& value);

  Scheduler& scheduler_;
  broker::Broker& broker_;
  const broker::Counters& counters_;
  const MonotonicTime since_;
  size_t most_connected_ = 0;
  std::map<std::string, std::string, std::less<>> told_;  // by topic
  Timer timer_;
};

}  // namespace sluice::server
