#include "forward/uplink_connection.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/status.h"
#include "forward/refusal.h"

namespace sluice::forward {
namespace {

constexpr int kUserShift = 24;

std::string Label(std::string_view name) {
  return fmt::format("uplink=\"{}\"", Metrics::EscapeLabel(name));
}

std::string Describe(const DisconnectReason& reason) {
  if (reason.code == 0) return Printable(reason.text);
  return fmt::format("{} (0x{:02X}) {}", RefusalName(reason.code), reason.code,
                     Printable(reason.text));
}

}  // namespace

UplinkConnection::UplinkConnection(UplinkConnectionOptions options, Uplink& uplink,
                                   const Clock& clock, Random& random, Metrics& metrics)
    : options_(std::move(options)),
      uplink_(uplink),
      clock_(clock),
      backoff_(options_.backoff, random),
      up_(metrics.AddGauge("sluice_uplink_up", "1 while connected", Label(options_.name))),
      connects_(metrics.AddCounter("sluice_uplink_connects_total", "Connections made",
                                   Label(options_.name))),
      disconnects_(metrics.AddCounter("sluice_uplink_disconnects_total", "Connections that ended",
                                      Label(options_.name))),
      connect_failures_(metrics.AddCounter("sluice_uplink_connect_failures_total",
                                           "Attempts to connect that failed",
                                           Label(options_.name))),
      in_flight_metric_(metrics.AddGauge("sluice_uplink_in_flight",
                                         "Publishes that wait for their acknowledgement",
                                         Label(options_.name))) {
  uplink_.SetListener(this);
}

UplinkConnection::~UplinkConnection() { uplink_.SetListener(nullptr); }

void UplinkConnection::Start() {
  if (state_ != State::kStopped) return;
  backoff_.Reset();
  Connect();
}

void UplinkConnection::Stop() {
  const State before = std::exchange(state_, State::kStopped);
  if (before == State::kStopped || before == State::kWaiting) return;
  uplink_.Disconnect();
  if (before == State::kConnected) LeaveConnected();
}

void UplinkConnection::Connect() {
  state_ = State::kConnecting;
  uplink_.Connect();
}

void UplinkConnection::OnConnected(const UplinkLimits& limits) {
  if (state_ != State::kConnecting) return;
  state_ = State::kConnected;
  limits_ = limits;
  connected_since_ = clock_.Now();
  connects_.Add();
  up_.Set(1);
  LogInfo("uplink {}: connected", options_.name);
  for (size_t i = 0; i < users_.size(); ++i) {
    if (users_[i].user != nullptr) users_[i].user->OnUplinkUp(limits_);
  }
}

void UplinkConnection::OnDisconnected(const DisconnectReason& reason) {
  if (state_ != State::kConnecting && state_ != State::kConnected) return;
  const bool was_connected = state_ == State::kConnected;
  state_ = State::kWaiting;
  if (was_connected && clock_.Now() - connected_since_ >= options_.stable_after) backoff_.Reset();
  const Duration wait = backoff_.Next();
  retry_at_ = clock_.Now() + wait;
  LogWarn("uplink {}: {}: {}; next attempt in {:.1f} s", options_.name,
          was_connected ? "connection lost" : "cannot connect", Describe(reason),
          std::chrono::duration<double>(wait).count());
  if (was_connected) {
    LeaveConnected();
  } else {
    connect_failures_.Add();
  }
  DeadlineChanged();
}

void UplinkConnection::LeaveConnected() {
  disconnects_.Add();
  up_.Set(0);
  in_flight_ = 0;
  in_flight_metric_.Set(0);
  for (size_t i = 0; i < users_.size(); ++i) {
    users_[i].blocked = false;
    if (users_[i].user != nullptr) users_[i].user->OnUplinkDown();
  }
}

// Those that wait get the room before the one whose answer made it.
UplinkUser* UplinkConnection::Settle(uint32_t token) {
  if (state_ != State::kConnected || in_flight_ == 0) return nullptr;
  backoff_.Reset();
  in_flight_metric_.Set(static_cast<int64_t>(--in_flight_));
  WakeBlocked();
  const size_t index = token >> kUserShift;
  return index < users_.size() ? users_[index].user : nullptr;
}

void UplinkConnection::OnAcknowledged(uint32_t token) {
  if (UplinkUser* user = Settle(token)) user->OnAcknowledged(token & kSequenceMask);
}

void UplinkConnection::OnRefused(uint32_t token, uint8_t reason_code) {
  if (UplinkUser* user = Settle(token)) user->OnRefused(token & kSequenceMask, reason_code);
}

void UplinkConnection::WakeBlocked() {
  for (size_t tried = 0; tried < users_.size() && HasRoom(); ++tried) {
    User& user = users_[next_to_wake_++ % users_.size()];
    if (std::exchange(user.blocked, false) && user.user != nullptr) user.user->OnWritable();
  }
}

bool UplinkConnection::HasRoom() const {
  const size_t limit = std::min(options_.max_in_flight, limits_.receive_maximum);  // [MQTT-3.3.4-9]
  return state_ == State::kConnected && in_flight_ < limit;
}

bool UplinkConnection::CanPublish(size_t user) {
  if (HasRoom()) return true;
  users_[user].blocked = true;
  return false;
}

void UplinkConnection::Publish(size_t user, uint32_t sequence, const OutgoingMessage& message) {
  SLUICE_CHECK(HasRoom() && sequence <= kSequenceMask);
  in_flight_metric_.Set(static_cast<int64_t>(++in_flight_));
  uplink_.Publish(static_cast<uint32_t>(user) << kUserShift | sequence, message);
}

size_t UplinkConnection::AddUser(UplinkUser* user) {
  for (size_t i = 0; i < users_.size(); ++i) {
    if (users_[i].user == nullptr) {
      users_[i] = {user, false};
      return i;
    }
  }
  SLUICE_CHECK(users_.size() < kMaxUsers);
  users_.push_back({user, false});
  return users_.size() - 1;
}

void UplinkConnection::RemoveUser(size_t index) { users_[index] = {}; }

void UplinkConnection::Tick(MonotonicTime now) {
  if (state_ == State::kWaiting && now >= retry_at_) Connect();
  for (size_t i = 0; i < users_.size(); ++i) {
    if (users_[i].user != nullptr) users_[i].user->Tick(now);
  }
}

std::optional<MonotonicTime> UplinkConnection::NextDeadline() const {
  std::optional<MonotonicTime> next;
  const auto consider = [&next](std::optional<MonotonicTime> deadline) {
    if (deadline && (!next || *deadline < *next)) next = deadline;
  };
  if (state_ == State::kWaiting) consider(retry_at_);
  for (const User& user : users_) {
    if (user.user != nullptr) consider(user.user->NextDeadline());
  }
  return next;
}

void UplinkConnection::DeadlineChanged() {
  if (deadline_changed_) deadline_changed_();
}

}  // namespace sluice::forward
