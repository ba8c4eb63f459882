#include "session/pending_request.h"

#include "base/status.h"
#include "codec/suback.h"
#include "codec/unsuback.h"

namespace sluice::session {

using codec::ReasonCode;
using codec::Verdict;

Verdict PendingRequest::KeepConnect(const codec::Frame& frame) {
  due_ = Due::kConnect;
  connect_ = std::make_unique<KeptConnect>();
  connect_->bytes.Append(frame.body);
  codec::Frame kept = frame;
  kept.body = connect_->bytes.view();
  return codec::Decode(kept, &connect_->packet);
}

void PendingRequest::FinishConnect() {
  SLUICE_CHECK(connect_due());
  Clear();
}

Fault PendingRequest::OnSubscribe(const codec::Subscribe& subscribe, Output* out) {
  if (subscribe.subscription_id() != 0 && !capabilities_.subscription_identifiers) {
    return Fault::Rule({ReasonCode::kSubscriptionIdentifiersNotSupported,
                        "subscription identifiers are not supported"});
  }
  Await(Due::kSubscribe, subscribe.packet_id, subscribe.subscriptions.size());
  out->actions.push_back(SubscribeRequested{&subscribe});
  return {};
}

Fault PendingRequest::OnUnsubscribe(const codec::Unsubscribe& unsubscribe, Output* out) {
  Await(Due::kUnsubscribe, unsubscribe.packet_id, unsubscribe.filters.size());
  out->actions.push_back(UnsubscribeRequested{&unsubscribe});
  return {};
}

void PendingRequest::Await(Due answer, uint16_t packet_id, size_t filters) {
  due_ = answer;
  packet_id_ = packet_id;
  filters_ = filters;
}

Fault PendingRequest::AcceptSubscribe(uint16_t packet_id, std::span<const ReasonCode> codes,
                                      Output* out) {
  return AnswerFilters<codec::Suback>(Due::kSubscribe, packet_id, codes, out);  // [MQTT-3.8.4-1]
}

Fault PendingRequest::AcceptUnsubscribe(uint16_t packet_id, std::span<const ReasonCode> codes,
                                        Output* out) {
  return AnswerFilters<codec::Unsuback>(Due::kUnsubscribe, packet_id, codes,
                                        out);  // [MQTT-3.10.4-4]
}

template <typename Answer>
Fault PendingRequest::AnswerFilters(Due answer, uint16_t packet_id,
                                    std::span<const ReasonCode> codes, Output* out) {
  if (answer != due_ || packet_id != packet_id_) return {};
  SLUICE_CHECK(codes.size() == filters_);  // [MQTT-3.8.4-6] [MQTT-3.11.3-1]
  Clear();
  Answer packet;
  packet.packet_id = packet_id;
  packet.reasons = {reinterpret_cast<const uint8_t*>(codes.data()), codes.size()};
  if (codec::EncodeWithin(packet, terms_.version(), terms_.max_packet_bytes(), &out->bytes)) {
    return {};
  }
  return {"the client does not take our answer", ReasonCode::kPacketTooLarge, CloseCause::kLimit};
}

void PendingRequest::Clear() {
  due_ = Due::kNothing;
  filters_ = 0;
  connect_.reset();
}

void PendingRequest::CheckInvariants() const {
  SLUICE_CHECK(connect_due() == (connect_ != nullptr));
  SLUICE_CHECK((due() && !connect_due()) == (filters_ != 0));
}

}  // namespace sluice::session
