#include "forward/route.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/probe.h"
#include "forward/refusal.h"

namespace sluice::forward {
namespace {

constexpr Duration kGaugeInterval = std::chrono::seconds(1);

const Refusal& RefusalOf(MessageBuilder::Added why) {
  switch (why) {
    case MessageBuilder::Added::kTooLarge:
      return kRefusedAsTooLarge;
    case MessageBuilder::Added::kTopicTooLong:
      return kRefusedForItsTopic;
    default:
      return kRefusedAsNoEvent;
  }
}

}  // namespace

Route::Route(RouteOptions options, EventSource& source, const Parts& parts)
    : options_(std::move(options)),
      source_(source),
      dead_letters_(parts.dead_letters),
      uplink_(parts.uplink),
      clock_(parts.clock),
      metrics_(parts.metrics, options_.name),
      health_(options_.name, parts.health),
      expiry_(options_, parts.clock_trust),
      backoff_(options_.backoff, parts.random),
      reader_(source, [this](const Status& status) { OnRead(status); }),
      builder_(options_, expiry_),
      window_(std::max<size_t>(options_.max_in_flight, 1)),
      user_(uplink_.AddUser(this)) {}

Route::~Route() {
  Stop();
  uplink_.RemoveUser(user_);
}

void Route::Start() {
  if (mode_ != Mode::kStopped) return;
  quiescing_ = false;
  hold_until_ = {};
  up_ = uplink_.connected();
  source_.SetListener([this] { Pump(); });
  ResumeStreaming();
  Pump();
}

void Route::Quiesce() {
  quiescing_ = true;
  uplink_.CancelTry(user_);
}

void Route::ReplayFrom(uint64_t offset) {
  if (offset >= books().Cursor()) return;
  going_back_ = offset;
  source_.Hold(offset);
  if (mode_ == Mode::kStopped) return GoBack();
  Pump();
}

// Nothing may be in flight, so that no late answer is taken for one to what is sent again.
void Route::GoBack() {
  SLUICE_PROBE("forward: a route goes back for a replay");
  const uint64_t offset = std::min(*std::exchange(going_back_, std::nullopt), books().Cursor());
  LogInfo("route {}: sends offsets {} to {} once more", options_.name, offset,
          books().Cursor() - 1);
  source_.SetBack(offset);
  narrowing_ = Narrowing();
  oldest_stored_ = {};
  GoTo(offset);
}

void Route::Stop() {
  if (mode_ == Mode::kStopped) return;
  mode_ = Mode::kStopped;
  lifetime_.Renew();
  source_.SetListener(nullptr);
  uplink_.CancelTry(user_);
  window_.Clear();
  GoTo(books().Cursor());
  health_.OnStopped();
  UpdateGauges();
}

void Route::OnUplinkUp(const UplinkLimits& limits) {
  up_ = true;
  acknowledged_ = false;
  builder_.SetMaxMessageBytes(limits.max_message_bytes);
  fits_ = builder_.GapFits(clock_.WallNow());
  if (!fits_) SayNothingFits(limits.max_message_bytes);
  // What was gathered meanwhile may be too large for this upstream, or evicted.
  if (mode_ == Mode::kStreaming) GoTo(window_.empty() ? books().Cursor() : window_.back().end);
  Pump();
}

void Route::OnWritable() { Pump(); }
void Route::Tick(MonotonicTime now) {
  Pump();
  if (mode_ != Mode::kStopped) health_.Tick(now);
}

void Route::OnRead(const Status& status) {
  health_.OnRead(clock_.Now(), status, reader_.position());
  if (!status.ok()) {
    LogError("route {}: cannot read its stream: {}", options_.name, status.ToString());
    metrics_.read_failures.Add();
    HoldFor(backoff_.Next());
  }
  Pump();
}

void Route::Pump() {
  if (mode_ == Mode::kStopped || std::exchange(pumping_, true)) return;
  expiry_.Look(source_.ReadableEnd());
  if (going_back_ && mode_ == Mode::kStreaming && window_.empty()) GoBack();
  if (mode_ == Mode::kBurying) ContinueBurial();
  if (mode_ == Mode::kTelling) Tell();
  while (mode_ == Mode::kStreaming && fits_ && FillBatch() && SendBatch()) {
  }
  const bool reads = mode_ == Mode::kStreaming || mode_ == Mode::kBurying;
  if (reads && !builder_.full() && clock_.Now() >= hold_until_) reader_.Fetch();
  if (reader_.reading()) health_.OnReading(clock_.Now(), reader_.position());
  UpdateGauges();
  pumping_ = false;
  uplink_.DeadlineChanged();
}

// Takes records until the batch may leave, or for want of records.
bool Route::FillBatch() {
  while (const SourceRecord* record = reader_.Peek()) {
    if (builder_.full()) return true;
    const bool first = builder_.empty();
    const MessageBuilder::Added added = builder_.Add(*record, clock_.WallNow());
    if (added == MessageBuilder::Added::kStartsNextMessage) return true;
    if (added != MessageBuilder::Added::kAdded) {
      RefuseHere(*record, added);
      return false;
    }
    if (first) batch_due_ = clock_.Now() + options_.linger;
    reader_.Advance();
  }
  return BatchIsDue();
}

bool Route::BatchIsDue() const {
  if (builder_.empty()) return false;
  return builder_.full() || clock_.Now() >= batch_due_;
}

bool Route::MaySend() const {
  if (!up_ || quiescing_ || going_back_ || clock_.Now() < hold_until_) return false;
  if (window_.empty()) return true;
  return !probing_ && !narrowing_.alone() && !window_.full() &&
         window_.bytes() < options_.max_in_flight_bytes;
}

bool Route::MayPublish() {
  return narrowing_.tries() ? uplink_.CanTry(user_, narrowing_.quiet()) : uplink_.CanPublish(user_);
}

bool Route::SendBatch() {
  if (!MaySend() || !MayPublish()) return false;
  InFlight publish = builder_.contents();
  publish.bytes = builder_.Finish(clock_.WallNow()).WireBytes();
  publish.sent_at = clock_.Now();
  const uint32_t sequence = window_.next_sequence();
  window_.Push(publish);
  Publish(sequence);
  return true;
}

// What the builder holds, which is in the window by now.
void Route::Publish(uint32_t sequence) {
  const OutgoingMessage message = builder_.Finish(clock_.WallNow());
  metrics_.publishes.Add();
  metrics_.events.Add(builder_.contents().events);
  metrics_.bytes.Add(message.payload.size());
  uplink_.Publish(user_, sequence, message);
  builder_.Clear();
}

// A record that no upstream would take goes the way of a refused publish without having been one.
void Route::RefuseHere(const SourceRecord& record, MessageBuilder::Added why) {
  if (window_.full()) return;
  SLUICE_PROBE("forward: an event is too large for this upstream");
  InFlight publish;
  publish.first = record.first;
  publish.end = record.end();
  publish.events = publish.entries = record.count();
  publish.stored = record.appended;
  publish.outcome = InFlight::Outcome::kRefused;
  publish.refusal = RefusalOf(why);
  window_.Push(publish);
  metrics_.refused_permanent.Add();
  mode_ = Mode::kSettling;
  AdvanceHead();
}

void Route::GoTo(uint64_t offset) {
  builder_.Clear();
  builder_.SetMaxEntries(narrowing_.max_entries());
  expiry_.ExemptBelow(books().replay_end);
  reader_.Seek(offset);
  health_.OnReadForgotten();
}

void Route::HoldFor(Duration wait) { hold_until_ = clock_.Now() + wait; }

std::optional<MonotonicTime> Route::NextDeadline() const {
  if (mode_ == Mode::kStopped || (pending() == 0 && !health_.watching())) return std::nullopt;
  MonotonicTime next = gauges_due_;
  const MonotonicTime now = clock_.Now();
  if (hold_until_ > now) next = std::min(next, hold_until_);
  const bool lingers = mode_ == Mode::kStreaming && !builder_.empty() && !builder_.full();
  if (lingers && batch_due_ > now) next = std::min(next, batch_due_);
  return next;
}

std::optional<MonotonicTime> Route::OldestUnanswered() const {
  const InFlight* const publish = window_.OldestPending();
  return publish == nullptr ? std::nullopt : std::optional(publish->sent_at);
}

void Route::UpdateGauges() {
  const MonotonicTime now = clock_.Now();
  gauges_due_ = now + kGaugeInterval;
  metrics_.in_flight.Set(static_cast<int64_t>(window_.size()));
  metrics_.in_flight_bytes.Set(static_cast<int64_t>(window_.bytes()));
  metrics_.cursor.Set(static_cast<int64_t>(books().Cursor()));
  if (!window_.empty()) {
    oldest_stored_ = window_.front().stored;
  } else if (!builder_.empty()) {
    oldest_stored_ = builder_.contents().stored;
  }
  const bool known = pending() > 0 && oldest_stored_ != WallTime();
  const Duration age = known ? clock_.WallNow() - oldest_stored_ : Duration(0);
  metrics_.oldest_pending_millis->Set(
      std::chrono::duration_cast<std::chrono::milliseconds>(age).count());
}

}  // namespace sluice::forward
