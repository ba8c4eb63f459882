#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/health.h"
#include "base/metrics.h"
#include "base/random.h"
#include "forward/uplink.h"
#include "forward/uplink_health.h"
#include "forward/window.h"

namespace sluice::forward {

enum class EndedBy : uint8_t {
  kUpstream,     // or the link
  kBrokenRules,  // of the protocol, by upstream
  kUs,
};

// One that publishes through a SharedUplink: a route. Loop thread.
class UplinkUser {
 public:
  virtual ~UplinkUser() = default;
  virtual void OnUplinkUp(const UplinkLimits& limits) = 0;
  // Everything that was published and is not acknowledged has to be published again.
  virtual void OnUplinkDown(EndedBy ended_by) = 0;
  virtual void OnAcknowledged(uint32_t sequence) = 0;
  virtual void OnRefused(uint32_t sequence, const Refusal& refusal) = 0;
  // There is room again after CanPublish said no.
  virtual void OnWritable() = 0;
  virtual void Tick(MonotonicTime now) = 0;
  virtual std::optional<MonotonicTime> NextDeadline() const = 0;
  // When the oldest of its publishes that are not answered was sent.
  virtual std::optional<MonotonicTime> OldestUnanswered() const = 0;
};

struct SharedUplinkOptions {
  std::string name;
  BackoffOptions backoff;
  // Publishes of all routes together that wait for their acknowledgement: bounds the client
  // library's queue behind a slow upstream (its bytes are bounded by the routes' windows).
  // Upstream's own limit lowers it.
  uint16_t max_in_flight = 256;
  // A connection that lasted this long, or acknowledged something, was a good one: the next backoff
  // starts small again. An upstream that accepts and drops at once does not get hammered.
  Duration stable_after = std::chrono::seconds(30);
  // What was sent must be answered within this time, else the connection is made anew: an upstream
  // that takes everything and acknowledges nothing, or something else, must not hold a route for
  // ever. Counts from the last answer, so that a slow link needs not carry a whole window in it.
  Duration ack_timeout = std::chrono::seconds(30);
  // The bound of a wait, between half of it and all, once upstream has turned us away
  // kTurnedAwayTimes in a row: credentials, rights, a ban. What only a person can cure is not cured
  // sooner by asking, and may get worse.
  Duration turned_away_backoff = std::chrono::minutes(5);
  // An attempt that has not ended by then is given up. Longer than the client library's own limit.
  Duration connect_timeout = std::chrono::seconds(25);
};

// Keeps one uplink connected (connect, lose, wait, connect …) and shares it between routes: what
// comes back goes to the route that published, told apart by the upper bits of the token. The one
// who owns it calls Tick when NextDeadline is reached, which ticks the routes as well.
class SharedUplink final : private UplinkListener {
 public:
  // As many as the bits of a token above a window's sequence number can tell apart.
  static constexpr size_t kMaxUsers = UINT32_MAX / Window::kSequenceMask;

  // So many in a row are no accident of an upstream that is just starting.
  static constexpr int kTurnedAwayTimes = 3;

  // All arguments outlive it.
  SharedUplink(SharedUplinkOptions options, Uplink& uplink, const Clock& clock, Random& random,
               Metrics& metrics, Health& health);
  ~SharedUplink() override;

  // `changed` runs whenever NextDeadline() may have become earlier, often and also from inside
  // Tick: it should only arm a timer.
  void OnDeadlineChanged(std::function<void()> changed) { deadline_changed_ = std::move(changed); }

  void Start();
  // Ends the connection; routes hear OnUplinkDown. Start may follow.
  void Stop();
  bool connected() const { return state_ == State::kConnected; }
  const std::string& name() const { return options_.name; }

  void Tick(MonotonicTime now);
  std::optional<MonotonicTime> NextDeadline() const;

  // For routes. At most kMaxUsers; a user stays until it is removed.
  size_t AddUser(UplinkUser* user);
  void RemoveUser(size_t index);
  // Whether Publish may be called now. If not, OnWritable or OnUplinkUp follows when it may.
  bool CanPublish(size_t user);
  // Whether the connection is this user's alone now, and was quiet for `quiet`: nothing was sent on
  // it, and no answer is awaited. Then it may publish once, and nobody else before the answer. From
  // a no on nobody else publishes either, until it is a yes, in turn with others that ask for the
  // same; Tick comes in time to ask again.
  bool CanTry(size_t user, Duration quiet);
  // Whoever asked for it has no use for it any more; others go on with the next Tick.
  void CancelTry(size_t user);
  // An answer to what was sent at `sent_at` has come.
  void Answered(MonotonicTime sent_at) { newest_answered_ = std::max(newest_answered_, sent_at); }
  // Only after CanPublish said yes. `sequence` <= Window::kSequenceMask and not in use by this
  // user.
  void Publish(size_t user, uint32_t sequence, const OutgoingMessage& message);
  void DeadlineChanged();

 private:
  static constexpr size_t kNobody = SIZE_MAX;
  enum class State : uint8_t { kStopped, kConnecting, kConnected, kWaiting };
  struct User {
    UplinkUser* user = nullptr;
    bool blocked = false;  // was refused room and waits for OnWritable
    bool tries = false;    // waits to be alone, or is
  };

  void OnConnected(const UplinkLimits& limits) override;
  void OnDisconnected(const UplinkEnd& end) override;
  void OnGivenUp(const UplinkEnd& end) override;
  void OnServerFailed(const UplinkEnd& end) override;
  void OnStatusTold(const std::string& untold) override;
  void OnAcknowledged(uint32_t token) override;
  void OnRefused(uint32_t token, const Refusal& refusal) override;

  void Connect();
  void WaitToRetry(const UplinkEnd& end, EndedBy ended_by);
  Duration NextWait();
  void CountFailure(const UplinkEnd& end);
  void GiveUp(const UplinkEnd& end);
  void LeaveConnected(EndedBy ended_by);
  void LookForTimeouts(MonotonicTime now);
  std::optional<MonotonicTime> AnswerDeadline() const;
  std::optional<MonotonicTime> OwnDeadline() const;
  bool HasRoom() const;
  bool IsWithheld(size_t user) const;
  bool EndTry(size_t user);
  UplinkUser* Settle(uint32_t token);
  void WakeBlocked();

  const SharedUplinkOptions options_;
  Uplink& uplink_;
  const Clock& clock_;
  Random& random_;
  Metrics& metrics_;
  Backoff backoff_;
  std::function<void()> deadline_changed_;

  State state_ = State::kStopped;
  UplinkLimits limits_;
  int turned_away_ = 0;  // in a row
  MonotonicTime attempt_began_{};
  MonotonicTime connected_since_{};
  MonotonicTime last_answer_{};      // or when there was last nothing to answer
  MonotonicTime newest_answered_{};  // when the latest sent of those that are answered was sent
  MonotonicTime retry_at_{};
  MonotonicTime quiet_since_{};  // when something was sent last, or the last answer came
  MonotonicTime try_due_{};      // when the line will have been quiet for long enough
  size_t trying_ = kNobody;      // the user whose turn to be alone it is
  size_t next_to_try_ = 0;       // rotates, too
  bool wakes_ = false;           // somebody may go on
  std::vector<User> users_;
  size_t next_to_wake_ = 0;  // rotates, so that no route starves the others
  size_t in_flight_ = 0;

  Gauge& up_;
  Counter& connects_;
  Counter& disconnects_;
  Counter& connect_failures_;
  Counter& ack_timeouts_;
  Counter& status_untold_;
  Gauge& in_flight_metric_;
  UplinkHealth health_;
};

}  // namespace sluice::forward
