#include "uplink_mqtt/subscriber.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "codec/subscribe.h"

namespace sluice::uplink_mqtt {
namespace {

using codec::ReasonCode;

constexpr std::chrono::seconds kGoodbye{2};
// A queue that is full waits for our reader, and with it the answer to a PINGREQ.
constexpr std::chrono::minutes kPingTimeout{1};
// What waits is bounded by the queue's bytes. A smaller number is more than Debian's Mosquitto
// 2.0.11 keeps to.
constexpr uint16_t kReceiveMaximum = 65'535;

MqttOptions Prepared(MqttOptions options) {
  options.session.connect_timeout = options.connect_timeout;
  options.session.ping_timeout = kPingTimeout;
  options.session.receive_maximum = kReceiveMaximum;
  return options;
}

Status StatusOf(const client::End& end) {
  const std::string text = "cannot connect: " + client::Describe(end);
  if (end.cause != client::EndCause::kRefused) return Status::Unavailable(text);
  return {StatusCode::kPermissionDenied, text};
}

Status StatusOf(const DialFailure& failure) {
  const std::string text = "cannot connect: " + failure.text;
  if (failure.cause != DialCause::kFiles) return Status::Unavailable(text);
  return {StatusCode::kPermissionDenied, text};
}

}  // namespace

MqttSubscriber::MqttSubscriber(MqttOptions options, std::string filter)
    : options_(Prepared(std::move(options))),
      filter_(std::move(filter)),
      dialer_(std::make_unique<NetworkDialer>(options_, loop_)),
      timer_(loop_.NewTimer([this] {
        client_->Tick(loop_.Now(), &out_);
        CarryOut();
        Flush();
      })) {}

MqttSubscriber::~MqttSubscriber() { Disconnect(); }

void MqttSubscriber::Forget() {
  timer_.Stop();
  stream_.reset();
  client_.reset();
  out_.Clear();
  queue_.clear();
  queued_bytes_ = 0;
  handed_out_ = 0;
  paused_ = closed_ = subscribed_ = false;
  refused_ = Status::Ok();
}

Status MqttSubscriber::Connect() {
  Forget();
  SLUICE_RETURN_IF_ERROR(Dial());
  client_.emplace(options_.session, state_);
  stream_->Start(this);
  client_->Start(loop_.Now(), &out_);
  Flush();
  // What a kept session brings may come before SUBACK, and fill the queue.
  const bool done = RunUntil(options_.connect_timeout + kGoodbye,
                             [this] { return subscribed_ || full() || client_->ended(); });
  if (!refused_.ok()) return refused_;
  if (client_->ended()) return StatusOf(client_->end());
  return done ? Status::Ok() : Status::Unavailable("no answer to SUBSCRIBE");
}

Status MqttSubscriber::Dial() {
  std::optional<Dialer::Outcome> outcome;
  dialer_->Dial(options_.url, [&](Dialer::Outcome result) { outcome = std::move(result); });
  while (!outcome) loop_.RunOnce();  // the dialer has a limit of its own
  if (outcome->stream == nullptr) return StatusOf(outcome->failure);
  stream_ = std::move(outcome->stream);
  if (outcome->password) options_.session.password = std::move(outcome->password);
  return Status::Ok();
}

MqttSubscriber::Outcome MqttSubscriber::Next(std::chrono::milliseconds timeout,
                                             std::string* payload) {
  if (!client_) return Outcome::kDisconnected;
  AcknowledgeHandedOut();
  if (queue_.empty()) {
    RunUntil(timeout, [this] { return !queue_.empty() || client_->ended(); });
  } else {
    RunOnceWithoutWaiting();
  }
  if (queue_.empty()) return client_->ended() ? Outcome::kDisconnected : Outcome::kNothing;
  Hand(payload);
  return Outcome::kMessage;
}

void MqttSubscriber::Hand(std::string* payload) {
  *payload = std::move(queue_.front().payload);
  handed_out_ = queue_.front().packet_id;
  queue_.pop_front();
  queued_bytes_ -= payload->size();
  if (paused_ && !full() && !closed_) {
    paused_ = false;
    stream_->ResumeReading();
  }
}

void MqttSubscriber::AcknowledgeHandedOut() {
  if (handed_out_ == 0) return;
  client_->Acknowledge(loop_.Now(), std::exchange(handed_out_, uint16_t{0}), ReasonCode::kSuccess,
                       &out_);
  Flush();
}

void MqttSubscriber::Disconnect() {
  dialer_->GiveUp();
  if (client_ && !client_->ended()) {
    AcknowledgeHandedOut();
    client_->Disconnect(ReasonCode::kNormalDisconnection, &out_);
    CarryOut();
    RunUntil(kGoodbye, [this] { return closed_; });
  }
  Forget();
}

// False: the limit came first.
bool MqttSubscriber::RunUntil(Duration limit, const std::function<bool()>& condition) {
  bool expired = false;
  const Timer timer = loop_.StartTimer(limit, [&] { expired = true; });
  while (!condition() && !expired) loop_.RunOnce();
  return condition();
}

void MqttSubscriber::RunOnceWithoutWaiting() {
  loop_.Post([] {});
  loop_.RunOnce();
}

size_t MqttSubscriber::OnBytes(ByteSpan bytes) {
  const size_t size = bytes.size();
  while (!full()) {
    const size_t taken = client_->Receive(loop_.Now(), bytes, &out_);
    if (taken == 0) break;
    bytes = bytes.subspan(taken);
    CarryOut();
  }
  CarryOut();
  Flush();
  if (full() && !std::exchange(paused_, true)) stream_->PauseReading();
  return client_->ended() ? size : size - bytes.size();
}

void MqttSubscriber::OnClosed(const Status&) {
  closed_ = true;
  client_->OnStreamClosed(&out_);
  CarryOut();
}

void MqttSubscriber::CarryOut() {
  for (size_t i = 0; i < out_.actions.size(); ++i) {
    const client::Action action = out_.actions[i];
    if (std::holds_alternative<client::Connected>(action)) {
      Subscribe();
    } else if (const auto* message = std::get_if<client::MessageReceived>(&action)) {
      OnMessage(*message->publish);
    } else if (const auto* subscribed = std::get_if<client::Subscribed>(&action)) {
      OnSubscribed(subscribed->reasons);
    } else if (std::holds_alternative<client::Ended>(action)) {
      timer_.Stop();
      stream_->Write(out_.bytes.view());
      out_.bytes.Clear();
      stream_->CloseAfterFlush();
    }
  }
  out_.actions.clear();
}

void MqttSubscriber::Subscribe() {
  codec::SubscriptionListBuilder subscription;
  subscription.Add({.filter = filter_, .maximum_qos = codec::Qos::kAtLeastOnce});
  if (client_->Subscribe(loop_.Now(), 0, subscription.list(), 0, &out_) ==
      client::RequestResult::kSent) {
    return;
  }
  refused_ = Status::InvalidArgument(fmt::format("cannot subscribe to '{}'", filter_));
  client_->Disconnect(ReasonCode::kNormalDisconnection, &out_);
}

void MqttSubscriber::OnSubscribed(ByteSpan reasons) {
  const auto reason = static_cast<ReasonCode>(reasons.empty() ? 0x80 : reasons[0]);
  subscribed_ = !codec::IsError(reason);
  if (subscribed_) return;
  refused_ = {StatusCode::kPermissionDenied,
              fmt::format("cannot subscribe: {} (0x{:02X})",
                          codec::ReasonCodeName(reason, codec::PacketType::kSuback),
                          static_cast<unsigned>(reason))};
  client_->Disconnect(ReasonCode::kNormalDisconnection, &out_);
}

void MqttSubscriber::OnMessage(const codec::Publish& publish) {
  queue_.push_back({publish.packet_id, std::string(AsText(publish.payload))});
  queued_bytes_ += publish.payload.size();
}

void MqttSubscriber::Flush() {
  if (client_->ended()) return;
  if (!out_.bytes.empty()) {
    stream_->Write(out_.bytes.view());
    out_.bytes.Clear();
  }
  const auto due = client_->NextDeadline();
  if (due) timer_.Start(std::max(*due - loop_.Now(), Duration::zero()));
}

}  // namespace sluice::uplink_mqtt
