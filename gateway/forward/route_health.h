#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/health.h"
#include "base/status.h"
#include "journal/cursor.h"

namespace sluice::forward {

// What an operator is told of one route; time is an input. Loop thread.
//   read_error       its stream could not be read for kPatience, or a read does not come back
//   refused          upstream refuses for now, ends the connection at a message, or takes nothing
//   so
//                    small as an event, for kPatience
//   expiring         events older than max_age were passed over; clear kQuiet after the last
//   dead_lettering   events that upstream refused for good were set aside; likewise
class RouteHealth {
 public:
  static constexpr Duration kPatience = std::chrono::seconds(10);
  static constexpr Duration kQuiet = std::chrono::minutes(5);

  RouteHealth(const std::string& route, Health& health);

  void OnReading(MonotonicTime now, uint64_t offset);  // a read is under way, perhaps still
  void OnReadForgotten() { reading_since_.reset(); }
  void OnRead(MonotonicTime now, const Status& status, uint64_t offset);
  void OnRefusedForNow(MonotonicTime now, std::string_view reason);
  // The connection ended at a message of which the first offset is this; as it did at those before.
  void OnEndedAt(MonotonicTime now, uint64_t offset, bool at_every_message);
  // Upstream's limits leave nothing that could be sent.
  void OnNothingFits(MonotonicTime now, std::string why);
  void OnAcknowledged();
  void OnPassed(MonotonicTime now, const journal::Books& delta);
  void OnStopped();

  void Tick(MonotonicTime now);
  // Whether something changes when time passes; then Tick once a second will do.
  bool watching() const;

 private:
  // Something that happens now and then: raised by it, cleared a while after the last time.
  struct Episode {
    std::unique_ptr<Health::Condition> condition;
    uint64_t events = 0;
    std::optional<MonotonicTime> last = {};
  };
  // Something that lasts: raised once it has done so for kPatience.
  struct Trouble {
    std::unique_ptr<Health::Condition> condition;
    std::optional<MonotonicTime> since = {};
    std::string why = {};
  };
  static void Begin(Trouble* trouble, MonotonicTime now, std::string why);
  static void End(Trouble* trouble);
  static void Count(Episode* episode, MonotonicTime now, uint64_t events, std::string_view what);
  static void EndIfQuiet(Episode* episode, MonotonicTime now);

  Trouble read_error_;
  Trouble refused_;
  Episode expiring_;
  Episode dead_lettering_;
  std::optional<MonotonicTime> reading_since_;
  uint64_t reading_at_ = 0;
};

}  // namespace sluice::forward
