#include "uplink_mqtt/uplink.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/probe.h"
#include "base/status.h"
#include "uplink_mqtt/refusal.h"

namespace sluice::uplink_mqtt {

MqttUplink::MqttUplink(MqttOptions options, Scheduler& scheduler, std::unique_ptr<Dialer> dialer)
    : options_(std::move(options)),
      scheduler_(scheduler),
      dialer_(std::move(dialer)),
      round_(1 + options_.others.size()) {
  SLUICE_CHECK(client::CheckOptions(options_.session).ok());
}

MqttUplink::~MqttUplink() { dialer_->GiveUp(); }

void MqttUplink::Connect() {
  Disconnect();
  round_.Begin();
  if (round_.server() != 0) SLUICE_PROBE("uplink_mqtt: an attempt begins with another server");
  all_turned_away_ = true;
  Dial();
}

const forward::UplinkUrl& MqttUplink::server() const {
  return round_.server() == 0 ? options_.url : options_.others[round_.server() - 1];
}

void MqttUplink::Dial() {
  attempt_began_ = scheduler_.Now();
  dial_failure_ = {};
  dialer_->Dial(server(), [this](Dialer::Outcome outcome) { OnDialed(std::move(outcome)); });
}

void MqttUplink::OnDialed(Dialer::Outcome outcome) {
  if (outcome.stream == nullptr) {
    dial_failure_ = std::move(outcome.failure);
    return OnFailed({dial_failure_.text, DialCauseName(dial_failure_.cause)}, true);
  }
  client::Options session = options_.session;
  // What is left of the whole way's time.
  session.connect_timeout = std::max<Duration>(
      options_.connect_timeout - (scheduler_.Now() - attempt_began_), std::chrono::seconds(1));
  if (outcome.user_name) session.user_name = std::move(outcome.user_name);
  if (outcome.password) session.password = std::move(outcome.password);
  const bool with_status = ends_at_status_ < kMaxEndsAtStatus;
  if (!with_status) SLUICE_PROBE("uplink_mqtt: a connection does without the status message");
  if (!retired_.empty())
    SLUICE_PROBE("uplink_mqtt: an old connection outlives the next one's dial");
  current_ = std::make_unique<Connection>(*this, scheduler_, std::move(session),
                                          with_status ? options_.status : std::nullopt,
                                          std::move(outcome.stream));
}

// An attempt at one server. The listener may begin another from inside.
void MqttUplink::OnFailed(forward::UplinkEnd end, bool by_upstream) {
  if (!options_.others.empty()) end.why = server().HostAndPort() + ": " + end.why;
  all_turned_away_ &= end.turned_away;
  if (!round_.Next()) {
    end.turned_away = all_turned_away_;
    if (!options_.others.empty()) SLUICE_PROBE("uplink_mqtt: no server takes us");
    if (listener_ == nullptr) return;
    return by_upstream ? listener_->OnDisconnected(end) : listener_->OnGivenUp(end);
  }
  SLUICE_PROBE("uplink_mqtt: another server is tried");
  const Lifetime::Watch watch = connection_.watch();
  if (listener_ != nullptr) listener_->OnServerFailed(end);
  if (!watch.over()) Dial();
}

void MqttUplink::Publish(uint32_t token, const forward::OutgoingMessage& message) {
  if (current_ == nullptr || !current_->connected()) return;
  round_.OnPublished();
  const client::PublishResult result = current_->Publish(token, message);
  if (result != client::PublishResult::kSent) Refuse(token, result);
}

void MqttUplink::Refuse(uint32_t token, client::PublishResult result) {
  refusals_.emplace_back(token, RefusalOf(result));
  if (refusals_.size() > 1) return;
  scheduler_.Post([this, watch = connection_.watch()] {
    if (!watch.over()) DeliverRefusals();
  });
}

void MqttUplink::DeliverRefusals() {
  const Lifetime::Watch watch = connection_.watch();
  const auto refusals = std::exchange(refusals_, {});
  for (const auto& [token, refusal] : refusals) {
    if (listener_ != nullptr) listener_->OnRefused(token, refusal);
    if (watch.over()) return;
  }
}

void MqttUplink::Disconnect() {
  dialer_->GiveUp();
  if (current_ == nullptr) return Retire();
  Connection& connection = *current_;
  NoteEndAtStatus(connection);  // whoever waits for it has waited long enough
  Retire();
  connection.Leave();
}

// Whatever comes of it now is of an earlier connection.
void MqttUplink::Retire() {
  connection_.Renew();
  round_.OnEnded(scheduler_.Now());
  refusals_.clear();
  if (current_ != nullptr) retired_.push_back(std::move(current_));
}

void MqttUplink::OnConnected(Connection& connection, const forward::UplinkLimits& limits,
                             const std::string& untold) {
  if (&connection != current_.get()) return;
  round_.OnConnected(scheduler_.Now());
  const bool is_without = std::exchange(ends_at_status_, 0) >= kMaxEndsAtStatus;
  // Once more at the next connection.
  if (is_without) ends_at_status_ = kMaxEndsAtStatus - 1;
  if (!is_without) untold_ = untold;
  forward::UplinkLimits told = limits;
  if (!options_.others.empty()) told.server = server().HostAndPort();
  if (listener_ == nullptr) return;
  if (options_.status) listener_->OnStatusTold(untold_);
  listener_->OnConnected(told);
}

void MqttUplink::OnAcknowledged(Connection& connection, uint32_t token) {
  if (&connection != current_.get()) return;
  round_.OnAcknowledged();
  if (listener_ != nullptr) listener_->OnAcknowledged(token);
}

void MqttUplink::OnRefused(Connection& connection, uint32_t token,
                           const forward::Refusal& refusal) {
  if (&connection == current_.get() && listener_ != nullptr) listener_->OnRefused(token, refusal);
}

void MqttUplink::OnEnded(Connection& connection, const forward::UplinkEnd& end, bool by_upstream) {
  if (&connection != current_.get()) return;
  const bool was_connected = connection.connected();
  NoteEndAtStatus(connection);
  Retire();
  if (!was_connected) return OnFailed(end, by_upstream);
  if (listener_ == nullptr) return;
  by_upstream ? listener_->OnDisconnected(end) : listener_->OnGivenUp(end);
}

// Of one that has ended, or is left: the status message, or the will, may be why.
void MqttUplink::NoteEndAtStatus(const Connection& connection) {
  using codec::ReasonCode;
  if (!options_.status || connection.connected()) return;
  if (connection.ended_at_status()) {
    SLUICE_PROBE("uplink_mqtt: the connection ends at the status message");
    ++ends_at_status_;
    untold_ = "upstream ends the connection at it";
    return;
  }
  if (connection.end().cause != client::EndCause::kRefused) return;
  static constexpr std::array kOfWills = {ReasonCode::kNotAuthorized,
                                          ReasonCode::kTopicNameInvalid,
                                          ReasonCode::kPacketTooLarge,
                                          ReasonCode::kPayloadFormatInvalid,
                                          ReasonCode::kRetainNotSupported,
                                          ReasonCode::kQosNotSupported,
                                          ReasonCode::kImplementationSpecificError};
  const bool may_be_will = std::ranges::find(kOfWills, connection.end().reason) != kOfWills.end();
  if (may_be_will) SLUICE_PROBE("uplink_mqtt: the will may be what upstream refuses");
  // Without it that is no better: it was not the will.
  ends_at_status_ = may_be_will && ends_at_status_ < kMaxEndsAtStatus ? kMaxEndsAtStatus : 0;
  untold_ = "upstream refuses a connection with a will for it";
}

void MqttUplink::OnGone(Connection& connection) {
  std::erase_if(retired_, [&](const auto& retired) { return retired.get() == &connection; });
}

}  // namespace sluice::uplink_mqtt
