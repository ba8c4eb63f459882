#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/clock_trust.h"
#include "base/health.h"
#include "base/lifetime.h"
#include "base/metrics.h"
#include "base/random.h"
#include "forward/dead_letter_sink.h"
#include "forward/event_source.h"
#include "forward/expiry.h"
#include "forward/message_builder.h"
#include "forward/narrowing.h"
#include "forward/record_reader.h"
#include "forward/route_health.h"
#include "forward/route_metrics.h"
#include "forward/route_options.h"
#include "forward/shared_uplink.h"
#include "forward/window.h"
#include "schema/gap.h"

namespace sluice::forward {

// Carries the events of one stream to one uplink. A state machine without I/O; loop thread.
//
// Invariants, of which CheckInvariants() asserts what can be seen at one moment:
// - Publishes cover [books.cursor, …) without a hole, in the order of their offsets; the cursor
//   passes a publish only when it is acknowledged, or its events are committed dead letters and
//   the uplink has acknowledged a gap in their place (or refused that for good, too), and all
//   before it have passed.
// - After a lost connection everything from the cursor on is sent again, from the stream: no
//   payload is kept here.
// - After a refusal nothing more is sent until every publish in flight is answered. Then a refusal
//   for good is buried (dead letters) and told as a gap, and one that may pass makes the route wait
//   and start again at the refused publish, with one message, until that is acknowledged. Publishes
//   behind it that were taken meanwhile arrive twice; consumers drop them by their offsets.
// - A publish at which upstream ends the connection, again and again, is found by narrowing.h and
//   goes the way of one that was refused for good.
// - Each publish moves the cursor by exactly the offsets that it covers.
class Route final : private UplinkUser {
 public:
  // What a route works with. All of it outlives the route.
  struct Parts {
    DeadLetterSink& dead_letters;
    SharedUplink& uplink;  // takes at most kMaxUsers routes
    const Clock& clock;
    const ClockTrust& clock_trust;  // while it says no, nothing expires
    Random& random;
    Metrics& metrics;
    Health& health;
  };
  // `source` outlives the route.
  Route(RouteOptions options, EventSource& source, const Parts& parts);
  ~Route() override;
  Route(const Route&) = delete;
  Route& operator=(const Route&) = delete;

  // Begins at the stored cursor. Timers run through the uplink's Tick.
  void Start();
  // Sends nothing more but gaps in place of dead letters; acknowledgements still count. idle() says
  // when there is nothing to wait for.
  void Quiesce();
  // At once: forgets what is in flight; it will be sent again after Start.
  void Stop();

  // Sends what lies from `offset` on once more, in order, and then goes on as before. It goes back
  // as soon as everything that was sent is answered, or its connection has ended. Nothing expires
  // that the route has had before. Without effect at or behind the cursor.
  void ReplayFrom(uint64_t offset);
  bool going_back() const { return going_back_.has_value(); }

  bool idle() const { return window_.empty(); }
  const RouteOptions& options() const { return options_; }
  const journal::Books& books() const { return source_.books(); }
  uint64_t pending() const { return source_.ReadableEnd() - books().Cursor(); }

  void CheckInvariants() const;  // visits everything; for tests

 private:
  enum class Mode : uint8_t {
    kStopped,
    kStreaming,
    kSettling,  // something was refused; waits for the other answers
    kBurying,   // writes the events of the first publish to the dead letters
    kTelling,   // then tells consumers
  };
  // A part of the first publish that was refused for good, as consumers are told of it.
  struct Untold {
    schema::Gap gap;
    bool buried;  // its events are dead letters; otherwise it was a gap in the stream
  };

  // UplinkUser
  void OnUplinkUp(const UplinkLimits& limits) override;
  void OnUplinkDown(EndedBy ended_by) override;
  void OnAcknowledged(uint32_t sequence) override;
  void OnRefused(uint32_t sequence, const Refusal& refusal) override;
  void OnWritable() override;
  void Tick(MonotonicTime now) override;
  std::optional<MonotonicTime> NextDeadline() const override;
  std::optional<MonotonicTime> OldestUnanswered() const override;

  // route.cc: reading and sending.
  void Pump();
  void OnRead(const Status& status);
  bool FillBatch();
  bool BatchIsDue() const;
  bool MaySend() const;
  bool MayPublish();
  bool SendBatch();
  void Publish(uint32_t sequence);
  void RefuseHere(const SourceRecord& record, MessageBuilder::Added why);
  void GoTo(uint64_t offset);
  void GoBack();
  void UpdateGauges();
  void HoldFor(Duration wait);

  // route_answers.cc: what became of publishes.
  void AdvanceHead();
  void Pass();
  void StartOver();
  void SayRefused(const Refusal& refusal);
  void SayNothingFits(size_t max_message_bytes);
  void ResumeStreaming();
  void LookForCulprit(EndedBy ended_by);
  void SetAside(const Refusal& why);

  // route_burial.cc: dead letters.
  void BeginBurial();
  void ContinueBurial();
  bool Bury(const SourceRecord& record);
  void OnBuried();
  void FinishBurialIfDone();

  // route_telling.cc: gaps in place of dead letters.
  void NoteUntold(const SourceRecord& record);
  void Tell();
  void BuildTelling();  // of the first that is untold
  void OnTellingRefused(const Refusal& refusal);
  void WithdrawTelling();
  void GiveUpTelling(std::string_view why);
  void PassUntold();
  void FinishTelling();

  // route_invariants.cc
  void CheckBurial() const;

  const RouteOptions options_;
  EventSource& source_;
  DeadLetterSink& dead_letters_;
  SharedUplink& uplink_;
  const Clock& clock_;
  RouteMetrics metrics_;
  RouteHealth health_;
  Expiry expiry_;
  Backoff backoff_;
  RecordReader reader_;
  MessageBuilder builder_;
  Window window_;
  Narrowing narrowing_;
  const size_t user_;

  Mode mode_ = Mode::kStopped;
  std::optional<uint64_t> going_back_;  // there, when nothing is in flight
  bool up_ = false;
  bool fits_ = true;  // something does, into the packets that upstream takes
  bool quiescing_ = false;
  bool pumping_ = false;
  bool acknowledged_ = false;   // something, on this connection
  bool probing_ = false;        // one publish at a time, until one is acknowledged
  MonotonicTime hold_until_{};  // no sending, reading after a failure, or burying before
  MonotonicTime batch_due_{};   // when the linger of the batch is over
  MonotonicTime gauges_due_{};
  WallTime oldest_stored_{};     // when the event at the cursor was, as far as it is known
  uint64_t burial_waiting_ = 0;  // for `stored`
  std::vector<Untold> untold_;   // of the burial, in the order of their offsets
  Lifetime lifetime_;            // until the route is stopped, for `stored`
};

}  // namespace sluice::forward
