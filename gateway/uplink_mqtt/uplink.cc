#include "uplink_mqtt/uplink.h"

#include <algorithm>
#include <utility>

#include "base/status.h"
#include "uplink_mqtt/refusal.h"

namespace sluice::uplink_mqtt {

MqttUplink::MqttUplink(MqttOptions options, Scheduler& scheduler, std::unique_ptr<Dialer> dialer)
    : options_(std::move(options)), scheduler_(scheduler), dialer_(std::move(dialer)) {
  SLUICE_CHECK(client::CheckOptions(options_.session).ok());
}

MqttUplink::~MqttUplink() { dialer_->GiveUp(); }

void MqttUplink::Connect() {
  Disconnect();
  attempt_began_ = scheduler_.Now();
  dial_failure_ = {};
  dialer_->Dial([this](Dialer::Outcome outcome) { OnDialed(std::move(outcome)); });
}

void MqttUplink::OnDialed(Dialer::Outcome outcome) {
  if (outcome.stream == nullptr) {
    dial_failure_ = std::move(outcome.failure);
    if (listener_ != nullptr)
      listener_->OnDisconnected({dial_failure_.text, DialCauseName(dial_failure_.cause)});
    return;
  }
  client::Options session = options_.session;
  // What is left of the whole way's time.
  session.connect_timeout = std::max<Duration>(
      options_.connect_timeout - (scheduler_.Now() - attempt_began_), std::chrono::seconds(1));
  if (outcome.password) session.password = std::move(outcome.password);
  current_ = std::make_unique<Connection>(*this, scheduler_, std::move(session),
                                          std::move(outcome.stream));
}

void MqttUplink::Publish(uint32_t token, const forward::OutgoingMessage& message) {
  if (current_ == nullptr || !current_->connected()) return;
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
  Retire();
  connection.Leave();
}

// Whatever comes of it now is of an earlier connection.
void MqttUplink::Retire() {
  connection_.Renew();
  refusals_.clear();
  if (current_ != nullptr) retired_.push_back(std::move(current_));
}

void MqttUplink::OnConnected(Connection& connection, const forward::UplinkLimits& limits) {
  if (&connection == current_.get() && listener_ != nullptr) listener_->OnConnected(limits);
}

void MqttUplink::OnAcknowledged(Connection& connection, uint32_t token) {
  if (&connection == current_.get() && listener_ != nullptr) listener_->OnAcknowledged(token);
}

void MqttUplink::OnRefused(Connection& connection, uint32_t token,
                           const forward::Refusal& refusal) {
  if (&connection == current_.get() && listener_ != nullptr) listener_->OnRefused(token, refusal);
}

void MqttUplink::OnEnded(Connection& connection, const forward::UplinkEnd& end, bool by_upstream) {
  if (&connection != current_.get()) return;
  Retire();
  if (listener_ == nullptr) return;
  by_upstream ? listener_->OnDisconnected(end) : listener_->OnGivenUp(end);
}

void MqttUplink::OnGone(Connection& connection) {
  std::erase_if(retired_, [&](const auto& retired) { return retired.get() == &connection; });
}

}  // namespace sluice::uplink_mqtt
