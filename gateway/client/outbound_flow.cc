#include "client/outbound_flow.h"

#include <algorithm>

#include "base/status.h"
#include "codec/topic.h"
#include "codec/utf8.h"

namespace sluice::client {
namespace {

using codec::PacketType;
using codec::Qos;
using codec::ReasonCode;
using codec::Version;
using Kind = Exchange::Kind;

bool IsText(std::string_view text) {
  return codec::CheckUtf8(AsBytes(text)) == codec::Utf8State::kOk;
}

// What must not leave because the server would end the connection for it [MQTT-1.5.4-1].
bool IsSound(const codec::OutgoingPublish& message, Version version) {
  if (!codec::IsTopicName(message.topic) || !codec::IsEncodable(message, version)) return false;
  if (!IsText(message.topic)) return false;
  if (version == Version::kV311) return true;
  if (!message.response_topic.empty() && !codec::IsTopicName(message.response_topic)) return false;
  return IsText(message.content_type) && IsText(message.response_topic) &&
         std::ranges::all_of(message.user_properties, [](const codec::UserProperty& property) {
           return IsText(property.name) && IsText(property.value);
         });
}

// The answer that is due; PUBREC also once it came, for the server may repeat it.
bool IsDue(PacketType answer, Kind kind) {
  switch (answer) {
    case PacketType::kPuback:
      return kind == Kind::kQos1;
    case PacketType::kPubrec:
      return kind == Kind::kQos2;
    case PacketType::kPubcomp:
      return kind == Kind::kQos2Release;
    case PacketType::kSuback:
      return kind == Kind::kSubscribe;
    default:
      return kind == Kind::kUnsubscribe;
  }
}

Fault NotAsked() { return Fault::Rule("an answer to what was not asked"); }

}  // namespace

OutboundFlow::OutboundFlow(const Options& options, const ServerTerms& terms)
    : options_(options), terms_(terms), window_(options.max_in_flight) {}

void OutboundFlow::Open() {
  window_.LimitPublishes(terms_.receive_maximum());
  aliases_ = OutboundAliases(std::min(options_.max_topic_aliases, terms_.topic_alias_maximum()));
}

PublishResult OutboundFlow::Check(const codec::OutgoingPublish& message) const {
  if (!IsSound(message, terms_.version())) return PublishResult::kNotEncodable;
  if (message.qos > terms_.maximum_qos()) return PublishResult::kQosTooHigh;
  if (message.qos == Qos::kExactlyOnce && options_.keeps_session()) {
    return PublishResult::kQosTooHigh;
  }
  if (message.retain && !terms_.retain_available()) return PublishResult::kNoRetain;
  if (message.qos != Qos::kAtMostOnce && !can_publish()) return PublishResult::kWindowFull;
  return PublishResult::kSent;
}

// With an alias if that fits, else without; false if neither does. The alias that replaces a topic
// makes every packet smaller, the one that is announced makes it larger by three bytes.
bool OutboundFlow::ChooseSize(codec::OutgoingPublish* message, OutboundAliases::Use* use) {
  const auto fits = [&] {
    return codec::EncodedSize(*message, terms_.version()) <= terms_.max_packet_bytes();
  };
  message->topic_alias = use->alias;
  const std::string_view topic = message->topic;
  if (use->announced) message->topic = {};
  if (fits()) return true;
  *use = {};
  message->topic_alias = 0;
  message->topic = topic;
  return fits();
}

PublishResult OutboundFlow::Publish(MonotonicTime now, uint32_t token,
                                    codec::OutgoingPublish message, ByteBuffer* out) {
  message.dup = false;  // [MQTT-3.3.1-1]
  if (const PublishResult verdict = Check(message); verdict != PublishResult::kSent) {
    return verdict;
  }
  const std::string_view topic = message.topic;
  OutboundAliases::Use use = aliases_.Find(topic);
  message.packet_id = 0;
  if (!ChooseSize(&message, &use)) return PublishResult::kTooLarge;
  if (message.qos != Qos::kAtMostOnce) {
    const Kind kind = message.qos == Qos::kAtLeastOnce ? Kind::kQos1 : Kind::kQos2;
    message.packet_id = Add(kind, token, now).packet_id;
  }
  codec::Encode(message, terms_.version(), out);
  if (use.alias != 0 && !use.announced) aliases_.Announce(use.alias, topic);
  return PublishResult::kSent;
}

Exchange& OutboundFlow::Add(Kind kind, uint32_t token, MonotonicTime now) {
  if (window_.size() == 0) last_answer_ = now;
  return window_.Add(kind, token, now);
}

template <typename Packet>
RequestResult OutboundFlow::SendRequest(MonotonicTime now, Kind kind, uint32_t token,
                                        size_t filters, Packet packet, ByteBuffer* out) {
  if (!window_.HasRoomForRequest()) return RequestResult::kTooMany;
  if (filters > UINT16_MAX) return RequestResult::kTooLarge;
  Exchange& exchange = Add(kind, token, now);
  exchange.filters = static_cast<uint16_t>(filters);
  packet.packet_id = exchange.packet_id;
  if (codec::EncodeWithin(packet, terms_.version(), terms_.max_packet_bytes(), out)) {
    return RequestResult::kSent;
  }
  window_.Erase(&exchange);
  return RequestResult::kTooLarge;
}

RequestResult OutboundFlow::Subscribe(MonotonicTime now, uint32_t token,
                                      const codec::SubscriptionList& subscriptions,
                                      uint32_t subscription_id, ByteBuffer* out) {
  codec::Subscribe subscribe;
  subscribe.subscriptions = subscriptions;
  codec::RepeatedPropertyBuilder id;
  if (terms_.is_v5() && subscription_id != 0) {
    if (!terms_.subscription_ids_available()) return RequestResult::kNotAvailable;
    id.AddSubscriptionId(subscription_id);
    subscribe.properties.subscription_ids = id.subscription_ids();
  }
  if (subscriptions.empty()) return RequestResult::kBadFilter;  // [MQTT-3.8.3-2]
  for (const codec::Subscription& subscription : subscriptions) {
    const std::string_view filter = subscription.filter;
    if (!codec::IsTopicFilter(filter) || !IsText(filter)) return RequestResult::kBadFilter;
    if (codec::HasWildcard(filter) && !terms_.wildcards_available()) {
      return RequestResult::kNotAvailable;
    }
    if (codec::IsShared(filter) && !terms_.shared_available()) return RequestResult::kNotAvailable;
  }
  const RequestResult result =
      SendRequest(now, Kind::kSubscribe, token, subscriptions.size(), subscribe, out);
  if (result == RequestResult::kSent) has_subscribed_ = true;
  return result;
}

RequestResult OutboundFlow::Unsubscribe(MonotonicTime now, uint32_t token,
                                        const codec::UnsubscriptionList& filters, ByteBuffer* out) {
  if (filters.empty()) return RequestResult::kBadFilter;  // [MQTT-3.10.3-2]
  for (const codec::Unsubscription& entry : filters) {
    if (!codec::IsTopicFilter(entry.filter) || !IsText(entry.filter)) {
      return RequestResult::kBadFilter;
    }
  }
  codec::Unsubscribe unsubscribe;
  unsubscribe.filters = filters;
  return SendRequest(now, Kind::kUnsubscribe, token, filters.size(), unsubscribe, out);
}

Exchange* OutboundFlow::Answered(MonotonicTime now, uint16_t packet_id) {
  Exchange* const exchange = window_.Find(packet_id);
  if (exchange == nullptr) return nullptr;
  last_answer_ = now;
  newest_answered_ = std::max(newest_answered_, exchange->sent_at);
  return exchange;
}

Fault OutboundFlow::OnAck(MonotonicTime now, const codec::Ack& ack, Output* out) {
  Exchange* const exchange = Answered(now, ack.packet_id);
  if (exchange == nullptr || !IsDue(ack.type, exchange->kind)) return NotAsked();
  if (ack.type == PacketType::kPubrec && !codec::IsError(ack.reason)) {
    return OnPubrec(ack, exchange, out);
  }
  // That PUBCOMP does not find the identifier says that the message was done with before.
  const ReasonCode reason = ack.type == PacketType::kPubcomp ? ReasonCode::kSuccess : ack.reason;
  Finish(exchange, ack, reason, out);
  return {};
}

Fault OutboundFlow::OnPubrec(const codec::Ack& ack, Exchange* exchange, Output* out) {
  exchange->kind = Kind::kQos2Release;
  codec::EncodeAck(PacketType::kPubrel, ack.packet_id, ReasonCode::kSuccess, terms_.version(),
                   &out->bytes);  // [MQTT-4.3.3-4]
  return {};
}

void OutboundFlow::Finish(Exchange* exchange, const codec::Ack& ack, ReasonCode reason,
                          Output* out) {
  out->actions.push_back(
      Acknowledged{exchange->token, reason, ack.properties.reason_string.value_or("")});
  window_.Erase(exchange);
}

Fault OutboundFlow::OnSuback(MonotonicTime now, const codec::Suback& suback, Output* out) {
  Exchange* const exchange = Answered(now, suback.packet_id);
  if (exchange == nullptr || !IsDue(PacketType::kSuback, exchange->kind)) return NotAsked();
  if (suback.reasons.size() != exchange->filters) {
    return Fault::Rule("[MQTT-3.8.4-6] not one reason code a filter");
  }
  out->actions.push_back(Subscribed{exchange->token, suback.reasons});
  window_.Erase(exchange);
  return {};
}

Fault OutboundFlow::OnUnsuback(MonotonicTime now, const codec::Unsuback& unsuback, Output* out) {
  Exchange* const exchange = Answered(now, unsuback.packet_id);
  if (exchange == nullptr || !IsDue(PacketType::kUnsuback, exchange->kind)) return NotAsked();
  if (terms_.is_v5() && unsuback.reasons.size() != exchange->filters) {
    return Fault::Rule("[MQTT-3.11.3-1] not one reason code a filter");
  }
  out->actions.push_back(Unsubscribed{exchange->token, unsuback.reasons});
  window_.Erase(exchange);
  return {};
}

// Silence since the last answer; or one question that was passed over: what was sent so much later
// has been answered.
std::optional<MonotonicTime> OutboundFlow::deadline() const {
  const Exchange* const oldest = window_.oldest();
  if (oldest == nullptr || options_.ack_timeout == Duration::zero()) return std::nullopt;
  if (newest_answered_ - oldest->sent_at > options_.ack_timeout) return last_answer_;
  return last_answer_ + options_.ack_timeout;
}

void OutboundFlow::CheckInvariants() const {
  window_.CheckInvariants();
  SLUICE_CHECK(window_.publishes() <= std::min(options_.max_in_flight, terms_.receive_maximum()));
}

}  // namespace sluice::client
