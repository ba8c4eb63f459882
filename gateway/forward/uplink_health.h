#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/health.h"

namespace sluice::forward {

// What an operator is told of one uplink; time is an input. Loop thread.
//   not_connected      no connection has held for kPatience, for at least that long
//   turned_away        upstream turned us away several times in a row, so that it is asked seldom;
//                      until a connection has held for kPatience
//   status_untold      upstream does not take the message of status_topic; until it does
//   not_acknowledging  publishes were not answered in time; clear once acknowledgements come on a
//                      connection that has outlived the limit twice
class UplinkHealth {
 public:
  // An uplink that is away for less, or holds no longer, changes nothing.
  static constexpr Duration kPatience = std::chrono::seconds(10);

  UplinkHealth(const std::string& uplink, Health& health);

  void OnStarted(MonotonicTime now);
  void OnStopped();
  void OnConnected(MonotonicTime now) { connected_since_ = now; }
  // Also of an attempt that failed.
  void OnDisconnected(MonotonicTime now, const std::string& why);
  void OnTurnedAway(const std::string& why);
  void OnStatusTold(const std::string& untold);
  void OnAcknowledged(MonotonicTime now, Duration ack_timeout);
  void OnAckTimeout(const std::string& why);

  void Tick(MonotonicTime now, bool connected);
  std::optional<MonotonicTime> NextDeadline(bool connected) const;

 private:
  std::unique_ptr<Health::Condition> not_connected_;
  std::unique_ptr<Health::Condition> turned_away_;
  std::unique_ptr<Health::Condition> status_untold_;
  std::unique_ptr<Health::Condition> not_acknowledging_;
  std::optional<MonotonicTime> away_since_;  // none: stopped, or a connection holds
  MonotonicTime connected_since_{};
  bool ack_timed_out_ = false;
  std::string why_;
};

}  // namespace sluice::forward
