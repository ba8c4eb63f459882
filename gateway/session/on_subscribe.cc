#include <algorithm>

#include "base/status.h"
#include "codec/suback.h"
#include "codec/subscribe.h"
#include "codec/unsuback.h"
#include "codec/unsubscribe.h"
#include "session/session.h"

namespace sluice::session {

using codec::PacketType;
using codec::ReasonCode;
using codec::Verdict;

void Session::OnSubscribe(const codec::Frame& frame, Output* out) {
  auto& subscribe = packet_.emplace<codec::Subscribe>();
  if (!TakeControlToken(out) || !Read(frame, &subscribe, out)) return;
  if (subscribe.subscription_id() != 0 && !capabilities_.subscription_identifiers) {
    return FailRule({ReasonCode::kSubscriptionIdentifiersNotSupported,
                     "subscription identifiers are not supported"},
                    out);
  }
  if (!CheckFilters(subscribe.subscriptions, out)) return;
  AwaitAnswer(frame.type, subscribe.packet_id, subscribe.subscriptions.size());
  out->actions.push_back(SubscribeRequested{&subscribe});
}

void Session::OnUnsubscribe(const codec::Frame& frame, Output* out) {
  auto& unsubscribe = packet_.emplace<codec::Unsubscribe>();
  if (!TakeControlToken(out) || !Read(frame, &unsubscribe, out)) return;
  if (!CheckFilters(unsubscribe.filters, out)) return;
  AwaitAnswer(frame.type, unsubscribe.packet_id, unsubscribe.filters.size());
  out->actions.push_back(UnsubscribeRequested{&unsubscribe});
}

template <typename Filters>
bool Session::CheckFilters(const Filters& filters, Output* out) {
  if (filters.size() > limits_.max_filters_per_packet) {
    FailLimit(counters_.filters_exceeded, ReasonCode::kQuotaExceeded, "too many filters", out);
    return false;
  }
  for (const auto& entry : filters) {
    if (TopicFits(entry.filter)) continue;
    Fail(CloseCause::kLimit, {ReasonCode::kTopicFilterInvalid, "a filter is too long or too deep"},
         out);
    return false;
  }
  return true;
}

void Session::AwaitAnswer(PacketType request, uint16_t packet_id, size_t filters) {
  phase_ = Phase::kFilterAnswer;
  request_ = request;
  request_id_ = packet_id;
  request_filters_ = filters;
}

void Session::AcceptSubscribe(uint16_t packet_id, std::span<const ReasonCode> codes, Output* out) {
  AnswerFilters<codec::Suback>(PacketType::kSubscribe, packet_id, codes, out);  // [MQTT-3.8.4-1]
}

void Session::AcceptUnsubscribe(uint16_t packet_id, std::span<const ReasonCode> codes,
                                Output* out) {
  AnswerFilters<codec::Unsuback>(PacketType::kUnsubscribe, packet_id, codes,
                                 out);  // [MQTT-3.10.4-4]
}

template <typename Answer>
void Session::AnswerFilters(PacketType request, uint16_t packet_id,
                            std::span<const ReasonCode> codes, Output* out) {
  if (phase_ != Phase::kFilterAnswer || request != request_ || packet_id != request_id_) return;
  SLUICE_CHECK(codes.size() == request_filters_);  // [MQTT-3.8.4-6] [MQTT-3.11.3-1]
  phase_ = Phase::kOpen;
  Answer answer;
  answer.packet_id = packet_id;
  answer.reasons = {reinterpret_cast<const uint8_t*>(codes.data()), codes.size()};
  if (codec::EncodeWithin(answer, version_, client_max_packet_bytes_, &out->bytes)) return;
  Fail(CloseCause::kLimit, {ReasonCode::kPacketTooLarge, "the client does not take our answer"},
       out);
}

}  // namespace sluice::session
