#pragma once

#include <cstddef>

#include "base/health.h"
#include "base/log_limit.h"
#include "base/scheduler.h"
#include "transport/crowd.h"
#include "transport/spell.h"

namespace sluice::transport {

// How many connections there may be, of all listeners that share it. Newcomers, who have not shown
// yet who they are, give way to other newcomers when there is no room (see Crowd); whoever has been
// admitted stays. So silent connections, however many and however fast they come back, never keep
// out a device that has something to say. Loop thread only; the listeners' streams keep it alive.
class Admission {
 public:
  // `max_connections` stops a flood of connections from taking every descriptor and every byte; at
  // it sluice_listener_displaced_total counts who gave way, sluice_listener_refused_total who found
  // only admitted ones. `part` is what health and log call it: "listeners". `health` may be null;
  // it and the scheduler outlive the admission.
  Admission(Scheduler& scheduler, size_t max_connections, std::string part, Health* health);

  // Before one more comes in: whether it may, if need be after a newcomer gave way.
  bool MakeRoom();

  void Add() { ++connections_; }
  void Remove() { --connections_; }
  size_t connections() const { return connections_; }
  Crowd& newcomers() { return newcomers_; }

 private:
  void OnRefused();

  Scheduler& scheduler_;
  const size_t max_connections_;
  const std::string part_;
  Crowd newcomers_;
  size_t connections_ = 0;
  LogLimit log_limit_;
  Spell flood_, full_;
};

}  // namespace sluice::transport
