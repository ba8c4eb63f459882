#include <algorithm>
#include <chrono>
#include <utility>

#include "sim/client.h"
#include "sim/client_connection.h"

// What a client makes of what it is told.
namespace sluice::sim {

using std::chrono::seconds;
using Stage = Outgoing::Stage;

namespace {
constexpr uint8_t kError = 0x80;  // reason codes from there on
constexpr uint8_t kQuotaExceeded = 0x97;
}  // namespace

void Client::OnBytes(ByteSpan bytes) {
  Connection* const connection = connection_.get();
  connection->reader.Add(AsText(bytes));
  // A packet may end the connection.
  while (connection_.get() == connection) {
    const auto packet = connection->reader.Next();
    if (!packet) break;
    OnPacket(*packet);
  }
  if (connection_.get() == connection && !out_.empty()) Flush();
}

void Client::OnPacket(const mqtt::Packet& packet) {
  switch (packet.type) {
    case mqtt::Type::kConnack:
      return OnConnack(packet);
    case mqtt::Type::kPuback:
    case mqtt::Type::kPubrec:
    case mqtt::Type::kPubcomp:
      return OnAnswer(packet);
    case mqtt::Type::kPublish:
      return OnPublish(packet.publish);
    case mqtt::Type::kPubrel:
      received_.erase(packet.id);
      witness_.OnReleased(id(), packet.id);
      return Answer(mqtt::Type::kPubcomp, packet.id);
    case mqtt::Type::kSuback:
      return OnSuback(packet);
    case mqtt::Type::kPingresp:
      awaits_ping_ = false;
      return;
    case mqtt::Type::kDisconnect:
      scene_.trace.Note("{}: is told DISCONNECT {:#x}", id(), packet.reason);
      return Drop("DISCONNECT");
    default:
      return;
  }
}

void Client::OnConnack(const mqtt::Packet& packet) {
  scene_.trace.Note("{}: CONNACK {:#x}{}", id(), packet.reason,
                    packet.session_present ? ", session present" : "");
  if (packet.reason != 0) return Drop("refused");
  phase_ = Phase::kIn;
  failures_ = 0;
  timer_.Stop();
  window_ = is_v5() ? std::min(options_.window, packet.receive_maximum) : options_.window;
  packet_maximum_ = packet.packet_maximum;
  if (options_.connect.keep_alive > 0) {
    ping_timer_.Start(seconds(options_.connect.keep_alive) * 2 / 3);
  }
  if (outbox_.in_flight() > 0) {
    scene_.situations.Reached(packet.session_present
                                  ? "client: a session goes on with messages in flight"
                                  : "client: a session is lost with messages in flight");
  }
  if (!packet.session_present) {
    confirmed_ = 0;
    received_.clear();
    outbox_.ForgetSession();
  }
  if (confirmed_ < options_.subscriptions.size()) {
    confirmed_ = 0;
    uint16_t number = 0;
    for (const Subscription& subscription : options_.subscriptions) {
      mqtt::EncodeSubscribe(static_cast<uint16_t>(60'000 + ++number), subscription.filter,
                            subscription.qos, options_.connect.version, &out_);
    }
  }
  Resend(true);
  Pump();
}

void Client::OnSuback(const mqtt::Packet& packet) {
  scene_.trace.Note("{}: SUBACK {:#x}", id(), packet.reason);
  if (packet.reason >= kError) return Drop("a subscription is refused");
  if (++confirmed_ < options_.subscriptions.size()) return;
  for (const Subscription& subscription : options_.subscriptions) {
    witness_.OnListening(id(), subscription.filter, subscription.qos);
  }
}

void Client::Repeat() {
  if (phase_ == Phase::kIn) Resend(false);
}

void Client::Resend(bool is_asked) {
  for (Outgoing& outgoing : outbox_.queue()) {
    const bool may_be_refused = is_v5() && outgoing.message->qos == 2;
    if (outgoing.stage == Stage::kSent && (is_asked || !may_be_refused)) Publish(&outgoing, true);
    if (outgoing.stage == Stage::kReceived) Answer(mqtt::Type::kPubrel, outgoing.id);
  }
  if (!out_.empty()) Flush();
}

void Client::RepeatAnew() {
  for (Outgoing& outgoing : outbox_.queue()) {
    if (outgoing.stage == Stage::kSent && outgoing.message->qos == 1) {
      outgoing.stage = Stage::kWaiting;
    }
  }
  Pump();
}

void Client::Pump() {
  if (phase_ != Phase::kIn || later_timer_.active()) return;
  size_t in_flight = outbox_.in_flight();
  std::deque<Outgoing>& queue = outbox_.queue();
  for (size_t i = 0; i < queue.size();) {
    Outgoing& outgoing = queue[i];
    if (outgoing.stage == Stage::kWaiting) {
      if (outgoing.message->qos > 0 && in_flight >= window_) break;
      if (packet_maximum_ > 0 && outgoing.payload.size() + 200 > packet_maximum_) {
        if (outgoing.told) witness_.OnForgotten(*outgoing.message);
        queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(i));
        continue;
      }
      if (outgoing.message->qos > 0) {
        outgoing.id = outbox_.NewId();
        outgoing.stage = Stage::kSent;
        ++in_flight;
      }
      Publish(&outgoing, false);
      if (outgoing.message->qos == 0) {
        queue.erase(queue.begin() + static_cast<std::ptrdiff_t>(i));
        continue;
      }
    }
    ++i;
  }
  if (!out_.empty()) Flush();
}

void Client::Publish(Outgoing* outgoing, bool dup) {
  const SentMessage& message = *outgoing->message;
  scene_.trace.Note("{}: PUBLISH {} qos {}{} {} {}", id(), outgoing->id, message.qos,
                    dup ? " (dup)" : "", message.topic,
                    message.tokens.empty() ? "" : TokenText(message.tokens.front()));
  if (message.qos > 0) connection_->overheard().Expect(outgoing->id, &message);
  mqtt::Encode({.topic = message.topic,
                .payload = outgoing->payload,
                .qos = message.qos,
                .retain = message.retain,
                .dup = dup,
                .id = outgoing->id},
               options_.connect.version, &out_);
  witness_.OnSent(message, std::exchange(outgoing->told, true));
}

void Client::OnAnswer(const mqtt::Packet& packet) {
  Outgoing* const outgoing = outbox_.Find(packet.id);
  scene_.trace.Note("{}: {} {}{}", id(), mqtt::TypeName(packet.type), packet.id,
                    packet.reason >= kError ? fmt::format(" {:#x}", packet.reason) : "");
  if (outgoing == nullptr) {
    if (packet.type == mqtt::Type::kPubrec) Answer(mqtt::Type::kPubrel, packet.id);
    return;
  }
  const bool is_received = outgoing->stage == Stage::kReceived;
  if (packet.type == mqtt::Type::kPubcomp) {
    if (is_received) outbox_.Remove(outgoing);
  } else if (packet.reason >= kError && !is_received) {
    OnRefused(outgoing, packet.reason);
  } else if (packet.type == mqtt::Type::kPuback) {
    if (outgoing->message->qos == 1) outbox_.Remove(outgoing);
  } else if (outgoing->message->qos == 2) {
    outgoing->stage = Stage::kReceived;
    Answer(mqtt::Type::kPubrel, packet.id);
  }
  Pump();
}

void Client::OnRefused(Outgoing* outgoing, uint8_t reason) {
  if (reason != kQuotaExceeded) {
    witness_.OnForgotten(*outgoing->message);
    return outbox_.Remove(outgoing);
  }
  scene_.situations.Reached("client: is told to try later");
  outgoing->stage = Stage::kWaiting;
  if (!later_timer_.active()) later_timer_.Start(Between(random_, seconds(1), seconds(4)));
}

void Client::OnPublish(const mqtt::Publish& publish) {
  witness_.OnTaken(id(), publish.payload, publish.qos, publish.retain, publish.id);
  if (publish.qos == 1) Answer(mqtt::Type::kPuback, publish.id);
  if (publish.qos == 2) {
    received_.insert(publish.id);
    Answer(mqtt::Type::kPubrec, publish.id);
  }
}

void Client::Answer(mqtt::Type type, uint16_t packet_id) {
  mqtt::EncodeAck(type, packet_id, &out_);
}

}  // namespace sluice::sim
