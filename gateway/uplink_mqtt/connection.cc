#include "uplink_mqtt/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "uplink_mqtt/refusal.h"

namespace sluice::uplink_mqtt {

using codec::ReasonCode;

Connection::Connection(Owner& owner, Scheduler& scheduler, client::Options options,
                       std::unique_ptr<transport::ByteStream> stream)
    : owner_(owner),
      scheduler_(scheduler),
      options_(std::move(options)),
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
    unfit_ = "the broker takes nothing at QoS 1";
    return client_.Disconnect(ReasonCode::kNormalDisconnection, &out_);
  }
  owner_.OnConnected(
      *this, {std::min(terms.receive_maximum(), options_.max_in_flight), terms.max_packet_bytes()});
}

void Connection::DoAcknowledged(const client::Acknowledged& acknowledged) {
  if (told_) return;
  if (!codec::IsError(acknowledged.reason)) {
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
