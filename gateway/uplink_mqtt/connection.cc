#include "uplink_mqtt/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/probe.h"
#include "uplink_mqtt/refusal.h"
#include "uplink_mqtt/status_message.h"

namespace sluice::uplink_mqtt {

using codec::ReasonCode;

namespace {

client::Options WithWill(client::Options options, const std::optional<StatusTopic>& status) {
  options.will.reset();
  if (status) options.will = WillOf(*status);
  return options;
}

codec::OutgoingPublish StatusPublish(const StatusTopic& topic, const std::string& text) {
  codec::OutgoingPublish publish;
  publish.retain = true;
  publish.topic = topic.topic;
  publish.payload = AsBytes(text);
  publish.payload_is_text = true;
  publish.content_type = "application/json";
  return publish;
}

}  // namespace

Connection::Connection(Owner& owner, Scheduler& scheduler, client::Options options,
                       std::optional<StatusTopic> status,
                       std::unique_ptr<transport::ByteStream> stream)
    : owner_(owner),
      scheduler_(scheduler),
      options_(WithWill(std::move(options), status)),
      status_(std::move(status)),
      client_(options_, state_),
      stream_(std::move(stream)),
      timer_(scheduler.NewTimer([this] { OnTimer(); })) {
  stream_->Start(this);
  client_.Start(scheduler_.Now(), &out_);
  Flush();
}

Connection::~Connection() = default;

client::PublishResult Connection::Publish(uint32_t token, const forward::OutgoingMessage& message) {
  properties_.clear();
  for (const forward::UserProperty& property : message.properties) {
    properties_.push_back({property.name, property.value});
  }
  codec::OutgoingPublish publish;
  publish.qos = codec::Qos::kAtLeastOnce;
  publish.topic = message.topic;
  publish.payload = message.payload;
  publish.payload_is_text = message.is_text;
  publish.content_type = message.content_type;
  publish.user_properties = properties_;
  const client::PublishResult result = Encode(token, publish);
  if (!gathering_) Flush();
  return result;
}

// Straight into what the stream sends, behind what the client has said before.
client::PublishResult Connection::Encode(uint32_t token, const codec::OutgoingPublish& publish) {
  Send();
  ByteBuffer* const output = stream_->BeginWrite();
  if (output == nullptr) return client_.Publish(scheduler_.Now(), token, publish, &out_);
  std::swap(*output, out_.bytes);
  const client::PublishResult result = client_.Publish(scheduler_.Now(), token, publish, &out_);
  std::swap(*output, out_.bytes);
  stream_->EndWrite();
  return result;
}

void Connection::Send() {
  if (out_.bytes.empty()) return;
  stream_->Write(out_.bytes.view());
  out_.bytes.Clear();
}

void Connection::Leave() {
  told_ = true;
  SayGoodbye();
  client_.Disconnect(ReasonCode::kNormalDisconnection, &out_);
  if (gathering_) return;  // CarryOut goes on with it
  CarryOut();
  Flush();
}

size_t Connection::OnBytes(ByteSpan bytes) {
  const size_t size = bytes.size();
  gathering_ = true;
  while (const size_t taken = client_.Receive(scheduler_.Now(), bytes, &out_)) {
    bytes = bytes.subspan(taken);
    CarryOut();
  }
  CarryOut();
  gathering_ = false;
  Flush();
  return client_.ended() ? size : size - bytes.size();
}

void Connection::OnClosed(const Status& reason) {
  gathering_ = true;
  closed_ = reason;
  client_.OnStreamClosed(&out_);
  CarryOut();
  timer_.Stop();
  owner_.OnGone(*this);
  // It may be gone.
}

void Connection::OnTimer() {
  gathering_ = true;
  client_.Tick(scheduler_.Now(), &out_);
  CarryOut();
  gathering_ = false;
  Flush();
}

// What the owner does meanwhile may add to the actions.
void Connection::CarryOut() {
  for (size_t i = 0; i < out_.actions.size(); ++i) {
    const client::Action action = out_.actions[i];
    if (const auto* acknowledged = std::get_if<client::Acknowledged>(&action)) {
      DoAcknowledged(*acknowledged);
    } else if (const auto* connected = std::get_if<client::Connected>(&action)) {
      DoConnected(*connected->terms);
    } else if (std::holds_alternative<client::Ended>(action)) {
      DoEnded();
    }
  }
  out_.actions.clear();
}

void Connection::DoConnected(const client::ServerTerms& terms) {
  if (told_) return;
  if (terms.maximum_qos() == codec::Qos::kAtMostOnce) {
    SLUICE_PROBE("uplink_mqtt: the broker takes nothing at QoS 1");
    unfit_ = "the broker takes nothing at QoS 1";
    return client_.Disconnect(ReasonCode::kNormalDisconnection, &out_);
  }
  if (!status_ || !SendBirth()) Open();
}

// At QoS 1, to hear whether upstream minds. False: it is not sent, untold_ says why.
bool Connection::SendBirth() {
  const std::string text = OnlineText(*status_);
  codec::OutgoingPublish birth = StatusPublish(*status_, text);
  birth.qos = codec::Qos::kAtLeastOnce;
  switch (client_.Publish(scheduler_.Now(), /*token=*/0, birth, &out_)) {
    case client::PublishResult::kSent:
      birth_sent_ = born_ = true;
      return true;
    case client::PublishResult::kNoRetain:
      SLUICE_PROBE("uplink_mqtt: the broker keeps no retained messages");
      untold_ = "the broker keeps no retained messages";
      return false;
    case client::PublishResult::kTooLarge:
      untold_ = "the broker takes no message of that size";
      return false;
    default:
      untold_ = "MQTT cannot say it";
      return false;
  }
}

void Connection::Open() {
  open_ = true;
  const client::ServerTerms& terms = client_.terms();
  owner_.OnConnected(
      *this, {std::min(terms.receive_maximum(), options_.max_in_flight), terms.max_packet_bytes()},
      untold_);
}

// At QoS 0: it stands before DISCONNECT in the same stream, and nobody waits for an answer.
void Connection::SayGoodbye() {
  if (!born_) return;
  const std::string text = GoodbyeText(*status_);
  (void)client_.Publish(scheduler_.Now(), /*token=*/0, StatusPublish(*status_, text), &out_);
}

void Connection::DoAcknowledged(const client::Acknowledged& acknowledged) {
  if (told_) return;
  const bool is_error = codec::IsError(acknowledged.reason);
  if (!open_) {
    born_ = !is_error;
    if (is_error) {
      SLUICE_PROBE("uplink_mqtt: the status message is refused");
      untold_ = "the broker refuses it: " + Describe(RefusalOf(acknowledged.reason));
    }
    return Open();
  }
  if (!is_error) {
    return owner_.OnAcknowledged(*this, acknowledged.token);
  }
  owner_.OnRefused(*this, acknowledged.token, RefusalOf(acknowledged.reason));
}

void Connection::DoEnded() {
  timer_.Stop();
  Send();
  stream_->CloseAfterFlush();
  if (std::exchange(told_, true)) return;
  owner_.OnEnded(*this, HowEnded(), EndedByUpstream());
}

void Connection::Flush() {
  if (client_.ended()) return;
  Send();
  const auto due = client_.NextDeadline();
  if (!due || (timer_.active() && timer_due_ <= *due)) return;
  timer_due_ = *due;
  timer_.Start(std::max(*due - scheduler_.Now(), Duration::zero()));
}

bool Connection::EndedByUpstream() const {
  if (BrokeRules(client_.end().cause)) return true;
  switch (client_.end().cause) {
    case client::EndCause::kRefused:
    case client::EndCause::kDisconnected:
    case client::EndCause::kStreamClosed:
      return true;
    default:
      return false;
  }
}

forward::UplinkEnd Connection::HowEnded() const {
  if (!unfit_.empty()) return {unfit_, "qos", true};
  const client::End& end = client_.end();
  if (end.cause == client::EndCause::kStreamClosed && !closed_.ok()) {
    return {Printable(closed_.message()), client::EndCauseName(end.cause)};
  }
  return UplinkEndOf(end);
}

}  // namespace sluice::uplink_mqtt
