#include "forward/shared_uplink.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/label.h"
#include "base/log.h"
#include "base/probe.h"
#include "base/status.h"

namespace sluice::forward {
namespace {

constexpr int kUserShift = std::bit_width(Window::kSequenceMask);
static_assert(SharedUplink::kMaxUsers == 256);

}  // namespace

SharedUplink::SharedUplink(SharedUplinkOptions options, Uplink& uplink, const Clock& clock,
                           Random& random, Metrics& metrics, Health& health)
    : options_(std::move(options)),
      uplink_(uplink),
      clock_(clock),
      random_(random),
      metrics_(metrics),
      backoff_(options_.backoff, random),
      up_(metrics.AddGauge("sluice_uplink_up", "1 while connected.",
                           Label("uplink", options_.name))),
      connects_(metrics.AddCounter("sluice_uplink_connects_total", "Connections made.",
                                   Label("uplink", options_.name))),
      disconnects_(metrics.AddCounter("sluice_uplink_disconnects_total", "Connections that ended.",
                                      Label("uplink", options_.name))),
      connect_failures_(metrics.AddCounter("sluice_uplink_connect_failures_total",
                                           "Attempts to connect that failed.",
                                           Label("uplink", options_.name))),
      ack_timeouts_(
          metrics.AddCounter("sluice_uplink_ack_timeouts_total",
                             "Connections ended because nothing was acknowledged in time.",
                             Label("uplink", options_.name))),
      status_untold_(metrics.AddCounter("sluice_uplink_status_untold_total",
                                        "Connections on which status_topic was not taken.",
                                        Label("uplink", options_.name))),
      in_flight_metric_(metrics.AddGauge("sluice_uplink_in_flight",
                                         "Publishes that wait for their acknowledgement.",
                                         Label("uplink", options_.name))),
      health_(options_.name, health) {
  uplink_.SetListener(this);
}

SharedUplink::~SharedUplink() { uplink_.SetListener(nullptr); }

void SharedUplink::Start() {
  if (state_ != State::kStopped) return;
  backoff_.Reset();
  turned_away_ = 0;
  health_.OnStarted(clock_.Now());
  Connect();
}

void SharedUplink::Stop() {
  const State before = std::exchange(state_, State::kStopped);
  health_.OnStopped();
  if (before == State::kStopped || before == State::kWaiting) return;
  uplink_.Disconnect();
  if (before == State::kConnected) LeaveConnected(EndedBy::kUs);
}

void SharedUplink::Connect() {
  state_ = State::kConnecting;
  attempt_began_ = clock_.Now();
  uplink_.Connect();
}

void SharedUplink::OnConnected(const UplinkLimits& limits) {
  if (state_ != State::kConnecting) return;
  state_ = State::kConnected;
  limits_ = limits;
  connected_since_ = last_answer_ = quiet_since_ = clock_.Now();
  newest_answered_ = {};
  health_.OnConnected(connected_since_);
  connects_.Add();
  up_.Set(1);
  LogInfo("uplink {}: connected{}{}", options_.name, limits.server.empty() ? "" : " to ",
          limits.server);
  for (size_t i = 0; i < users_.size(); ++i) {
    if (users_[i].user != nullptr) users_[i].user->OnUplinkUp(limits_);
  }
}

void SharedUplink::OnDisconnected(const UplinkEnd& end) {
  if (state_ != State::kConnecting && state_ != State::kConnected) return;
  const bool was_stable = state_ == State::kConnected && !end.broke_rules &&
                          clock_.Now() - connected_since_ >= options_.stable_after;
  if (was_stable) {
    backoff_.Reset();
    turned_away_ = 0;
  }
  WaitToRetry(end, end.broke_rules ? EndedBy::kBrokenRules : EndedBy::kUpstream);
}

// However long it lasted, it was no good connection.
void SharedUplink::OnGivenUp(const UplinkEnd& end) {
  if (state_ == State::kConnecting || state_ == State::kConnected) WaitToRetry(end, EndedBy::kUs);
}

void SharedUplink::OnServerFailed(const UplinkEnd& end) {
  if (state_ != State::kConnecting) return;
  LogWarn("uplink {}: cannot connect: {}; trying the next server", options_.name, end.why);
  connect_failures_.Add();
  CountFailure(end);
}

void SharedUplink::OnStatusTold(const std::string& untold) {
  health_.OnStatusTold(untold);
  if (untold.empty()) return;
  LogWarn("uplink {}: upstream is not told that we are there (status_topic): {}", options_.name,
          untold);
  status_untold_.Add();
}

// Failures are rare, and which of them happen here is not known before.
void SharedUplink::CountFailure(const UplinkEnd& end) {
  metrics_
      .AddCounter("sluice_uplink_failures_total",
                  "Attempts to connect that failed and connections that ended, by cause.",
                  Label("uplink", options_.name) + "," + Label("reason", end.reason))
      .Add();
}

Duration SharedUplink::NextWait() {
  const Duration usual = backoff_.Next();
  if (turned_away_ < kTurnedAwayTimes) return usual;
  const auto bound = static_cast<double>(options_.turned_away_backoff.count());
  return std::max(usual, Duration(static_cast<int64_t>((0.5 + random_.Unit() / 2) * bound)));
}

void SharedUplink::WaitToRetry(const UplinkEnd& end, EndedBy ended_by) {
  const bool was_connected = state_ == State::kConnected;
  state_ = State::kWaiting;
  const MonotonicTime now = clock_.Now();
  turned_away_ = end.turned_away ? turned_away_ + 1 : 0;
  const Duration wait = NextWait();
  retry_at_ = now + wait;
  LogWarn("uplink {}: {}: {}; next attempt in {:.1f} s", options_.name,
          was_connected ? "connection lost" : "cannot connect", end.why,
          std::chrono::duration<double>(wait).count());
  CountFailure(end);
  health_.OnDisconnected(now, end.why);
  if (turned_away_ >= kTurnedAwayTimes) {
    SLUICE_PROBE("forward: upstream turns us away again and again");
    health_.OnTurnedAway(end.why);
  }
  if (was_connected) {
    LeaveConnected(ended_by);
  } else {
    connect_failures_.Add();
  }
  DeadlineChanged();
}

// Ends what the other side does not. However long it lasted, it was no good connection.
void SharedUplink::GiveUp(const UplinkEnd& end) {
  uplink_.Disconnect();
  WaitToRetry(end, EndedBy::kUs);
}

void SharedUplink::LeaveConnected(EndedBy ended_by) {
  disconnects_.Add();
  up_.Set(0);
  in_flight_ = 0;
  in_flight_metric_.Set(0);
  trying_ = kNobody;
  wakes_ = false;
  for (size_t i = 0; i < users_.size(); ++i) {
    users_[i].blocked = users_[i].tries = false;
    if (users_[i].user != nullptr) users_[i].user->OnUplinkDown(ended_by);
  }
}

// Those that wait get the room before the one whose answer made it.
UplinkUser* SharedUplink::Settle(uint32_t token) {
  if (state_ != State::kConnected || in_flight_ == 0) return nullptr;
  last_answer_ = quiet_since_ = clock_.Now();
  in_flight_metric_.Set(static_cast<int64_t>(--in_flight_));
  const size_t index = token >> kUserShift;
  const bool is_known = index < users_.size();
  if (is_known) EndTry(index);
  WakeBlocked();
  return is_known ? users_[index].user : nullptr;
}

// A refusal says nothing good of a connection; one that refuses and drops must not be hammered.
void SharedUplink::OnAcknowledged(uint32_t token) {
  if (state_ == State::kConnected && in_flight_ > 0) {
    backoff_.Reset();
    health_.OnAcknowledged(clock_.Now(), options_.ack_timeout);
  }
  if (UplinkUser* user = Settle(token)) user->OnAcknowledged(token & Window::kSequenceMask);
}

void SharedUplink::OnRefused(uint32_t token, const Refusal& refusal) {
  if (UplinkUser* user = Settle(token)) user->OnRefused(token & Window::kSequenceMask, refusal);
}

void SharedUplink::WakeBlocked() {
  wakes_ = false;
  if (trying_ != kNobody) return users_[trying_].user->OnWritable();
  for (size_t tried = 0; tried < users_.size() && HasRoom(); ++tried) {
    User& user = users_[next_to_wake_++ % users_.size()];
    if (std::exchange(user.blocked, false) && user.user != nullptr) user.user->OnWritable();
  }
}

bool SharedUplink::HasRoom() const {
  const size_t limit = std::min<size_t>(options_.max_in_flight, limits_.max_in_flight);
  return state_ == State::kConnected && in_flight_ < limit;
}

// Somebody else is, or waits to be, alone.
bool SharedUplink::IsWithheld(size_t user) const { return trying_ != kNobody && trying_ != user; }

bool SharedUplink::CanPublish(size_t user) {
  if (HasRoom() && !IsWithheld(user)) return true;
  users_[user].blocked = true;
  return false;
}

bool SharedUplink::CanTry(size_t user, Duration quiet) {
  if (state_ != State::kConnected) return false;
  users_[user].tries = true;
  if (trying_ == kNobody) trying_ = user;
  if (trying_ != user) return false;
  try_due_ = quiet_since_ + quiet;
  if (in_flight_ == 0 && clock_.Now() >= try_due_) return true;
  DeadlineChanged();
  return false;
}

// Not from here: whoever cancels may be about to end.
void SharedUplink::CancelTry(size_t user) { wakes_ |= EndTry(user); }

// Whether others may go on.
bool SharedUplink::EndTry(size_t user) {
  users_[user].tries = false;
  if (trying_ != user) return false;
  trying_ = kNobody;
  for (size_t i = 0; i < users_.size() && trying_ == kNobody; ++i) {
    const size_t candidate = next_to_try_++ % users_.size();
    if (users_[candidate].tries) trying_ = candidate;
  }
  return true;
}

void SharedUplink::Publish(size_t user, uint32_t sequence, const OutgoingMessage& message) {
  SLUICE_CHECK(HasRoom() && sequence <= Window::kSequenceMask);
  quiet_since_ = clock_.Now();
  if (in_flight_ == 0) last_answer_ = quiet_since_;
  in_flight_metric_.Set(static_cast<int64_t>(++in_flight_));
  uplink_.Publish(static_cast<uint32_t>(user) << kUserShift | sequence, message);
}

size_t SharedUplink::AddUser(UplinkUser* user) {
  for (size_t i = 0; i < users_.size(); ++i) {
    if (users_[i].user == nullptr) {
      users_[i] = {.user = user};
      return i;
    }
  }
  SLUICE_CHECK(users_.size() < kMaxUsers);
  users_.push_back({.user = user});
  return users_.size() - 1;
}

void SharedUplink::RemoveUser(size_t index) {
  CancelTry(index);
  users_[index] = {};
}

void SharedUplink::Tick(MonotonicTime now) {
  if (state_ == State::kWaiting && now >= retry_at_) Connect();
  LookForTimeouts(now);
  if (wakes_) WakeBlocked();
  health_.Tick(now, state_ == State::kConnected);
  for (size_t i = 0; i < users_.size(); ++i) {
    if (users_[i].user != nullptr) users_[i].user->Tick(now);
  }
}

// Silence since the last answer; or one publish that was passed over: what was sent so much later
// has been answered.
std::optional<MonotonicTime> SharedUplink::AnswerDeadline() const {
  if (state_ != State::kConnected || in_flight_ == 0) return std::nullopt;
  for (const User& user : users_) {
    const auto oldest = user.user == nullptr ? std::nullopt : user.user->OldestUnanswered();
    if (oldest && newest_answered_ - *oldest > options_.ack_timeout) {
      SLUICE_PROBE("forward: one publish is passed over");
      return last_answer_;
    }
  }
  return last_answer_ + options_.ack_timeout;
}

void SharedUplink::LookForTimeouts(MonotonicTime now) {
  const auto seconds = [](Duration d) { return std::chrono::duration<double>(d).count(); };
  if (state_ == State::kConnecting && now - attempt_began_ >= options_.connect_timeout) {
    return GiveUp({fmt::format("no answer within {:.1f} s", seconds(options_.connect_timeout)),
                   "connect_timeout"});
  }
  const auto deadline = AnswerDeadline();
  if (!deadline || now < *deadline) return;
  ack_timeouts_.Add();
  SLUICE_PROBE("forward: upstream answers nothing in time");
  const std::string why = fmt::format("{} publishes sent, and not acknowledged within {:.1f} s",
                                      in_flight_, seconds(options_.ack_timeout));
  health_.OnAckTimeout(why);
  GiveUp({why, "ack_timeout"});
}

std::optional<MonotonicTime> SharedUplink::OwnDeadline() const {
  if (state_ == State::kWaiting) return retry_at_;
  if (state_ == State::kConnecting) return attempt_began_ + options_.connect_timeout;
  return AnswerDeadline();
}

std::optional<MonotonicTime> SharedUplink::NextDeadline() const {
  std::optional<MonotonicTime> next;
  const auto consider = [&next](std::optional<MonotonicTime> deadline) {
    if (deadline && (!next || *deadline < *next)) next = deadline;
  };
  consider(OwnDeadline());
  if (wakes_) consider(clock_.Now());
  if (trying_ != kNobody && in_flight_ == 0 && try_due_ > clock_.Now()) consider(try_due_);
  consider(health_.NextDeadline(state_ == State::kConnected));
  for (const User& user : users_) {
    if (user.user != nullptr) consider(user.user->NextDeadline());
  }
  return next;
}

void SharedUplink::DeadlineChanged() {
  if (deadline_changed_) deadline_changed_();
}

}  // namespace sluice::forward
