#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "firmware_sim/device.h"
#include "firmware_sim/fleet_options.h"
#include "firmware_sim/latency.h"
#include "firmware_sim/ledger_writer.h"
#include "firmware_sim/link.h"
#include "firmware_sim/mailbox.h"
#include "firmware_sim/timer_queue.h"

namespace sluice::fleet {

// A picture of the fleet at one moment.
struct FleetStatus {
  const char* phase;  // "running", "draining", "closing", "done"
  double seconds;
  size_t devices;
  size_t online;
  uint64_t outstanding;  // readings at QoS 1 and 2 that wait in outboxes
  FleetCounters counters;
  uint64_t latency_p50_micros, latency_p99_micros;
  std::string last_failure;  // of connecting
};

// All devices of a process, on the one thread that calls Run. Links' threads only put events into
// the mailbox.
class Fleet {
 public:
  // Makes the link of device `index`, whose number is index + 1.
  using LinkFactory = std::function<std::unique_ptr<Link>(uint32_t index, LinkListener& listener)>;

  // `clock` outlives the fleet.
  Fleet(const FleetOptions& options, const LinkFactory& make_link,
        std::unique_ptr<LedgerWriter> ledger, const Clock& clock);
  ~Fleet();

  // One turn: timers, connections, events; returns at the latest after `patience`.
  void Turn(Duration patience);
  // Takes no more readings and waits for acknowledgements; Close disconnects.
  void Drain();
  void Close();
  // Every device has taken its readings and has each acknowledged.
  bool drained() const;
  bool closed() const;

  Status FlushLedger() { return ledger_->Flush(); }
  FleetStatus status() const;
  void set_phase(const char* phase) { phase_ = phase; }

 private:
  class Member;  // a device with its link

  void RunTimers();
  void StartConnections();
  void Dispatch(const LinkEvent& event);
  void Record(const Member& member, const Acknowledgement& acknowledgement);

  const FleetOptions options_;
  const Clock& clock_;
  const MonotonicTime started_;
  std::unique_ptr<LedgerWriter> ledger_;
  FleetCounters counters_;
  LatencyHistogram latency_;
  std::string last_failure_;
  const char* phase_ = "running";

  TimerQueue timers_;
  std::deque<std::pair<uint32_t, bool>> wants_connection_;  // device, resume; paced by connect_rate
  MonotonicTime next_connection_;
  std::vector<LinkEvent> events_;
  Mailbox mailbox_;
  std::vector<std::unique_ptr<Member>>
      members_;  // last: links post into the mailbox until they are gone
};

}  // namespace sluice::fleet
