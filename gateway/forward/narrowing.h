#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace sluice::forward {

// Finds the one message at which upstream ends the connection, and tells it from a bad link. A
// state machine that is told of one route's connections; time is an input.
//
// - While connections bring the route on, or have nothing of it on the way when they end, there is
//   nothing to find.
// - After a connection that ended without a single acknowledgement, what was on the way is sent one
//   message at a time. When the connection ends at that as well, the next message has half as many
//   entries, until it is one.
// - At this one the route tries: a connection of which the other side was quiet, and nothing else
//   was sent, for a while (`quiet`); then the message alone. It counts against the message when
//   upstream ends the connection within a fifth of that while, or has us end it by breaking a rule
//   of the protocol. All else (it took longer, we ended
//   it, the connection ended before anything was sent) speaks for the link and begins the count
//   anew.
// - kEndsAtOne in a row, and the message is set aside. A link that dies by itself looks like that,
//   at the very worst rate of dying, once in 700,000 times: such a try needs that it lives for the
//   while and dies in the fifth behind it.
// - It is not the message if it is every message: after kSetAsideInARow events, with none
//   acknowledged in between, none is set aside any more. The route stands and tries until upstream
//   takes one.
class Narrowing {
 public:
  static constexpr int kEndsAtOne = 5;
  static constexpr int kSetAsideInARow = 3;
  static constexpr int kQuietPerEnd = 5;
  static constexpr Duration kMinQuiet = std::chrono::seconds(1);
  // An end that comes later than this after the message has another cause.
  static constexpr Duration kSlowestEnd = std::chrono::seconds(10);

  // How a connection of the uplink ended for the route. The publishes without an answer cover
  // [first, end); first == end: there were none.
  struct End {
    uint64_t first = 0;
    uint64_t end = 0;
    size_t entries = 0;         // of the first publish
    bool has_event = false;     // or only gaps; of the first publish
    Duration after{};           // since that was sent
    bool acknowledged = false;  // something of the route, on this connection
    bool by_upstream = false;   // or the link, or for a rule upstream broke; not by us
  };
  // kSetAside: the first publish, which is all that was on the way.
  enum class Verdict : uint8_t { kGoOn, kSetAside };
  Verdict OnEnded(const End& end);
  // The route is done with all that is before `cursor`; upstream has taken an event.
  void OnAcknowledged(uint64_t cursor);
  // The same without such a word: what was set aside has been told.
  void OnPassed(uint64_t cursor);

  // One publish at a time, of so many entries at most.
  bool alone() const { return until_ > 0; }
  size_t max_entries() const { return alone() ? max_entries_ : SIZE_MAX; }
  // It is a single entry at which a connection has ended: the next one has to be quiet before.
  bool tries() const { return tries_; }
  Duration quiet() const { return quiet_; }
  // Upstream ends the connection at one message after the other.
  bool stands() const { return tries_ && ends_ >= kEndsAtOne; }

 private:
  void Leave();
  Verdict OnTried(const End& end);

  uint64_t until_ = 0;  // what was on the way ends there; 0: nothing is looked for
  size_t max_entries_ = SIZE_MAX;
  bool tries_ = false;
  uint64_t tried_ = 0;        // the offset
  bool tried_event_ = false;  // and whether it was the event, or a gap in its place
  Duration quiet_ = kMinQuiet;
  int ends_ = 0;
  int set_aside_in_a_row_ = 0;
};

}  // namespace sluice::forward
