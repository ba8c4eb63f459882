#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.h"
#include "client/action.h"
#include "client/end.h"
#include "client/options.h"
#include "client/outbound_window.h"
#include "client/server_terms.h"
#include "client/topic_aliases.h"
#include "codec/ack.h"
#include "codec/outgoing_publish.h"
#include "codec/suback.h"
#include "codec/subscribe.h"
#include "codec/unsuback.h"
#include "codec/unsubscribe.h"

namespace sluice::client {

enum class PublishResult : uint8_t {
  kSent,          // for QoS 1 and 2 Acknowledged follows, unless the connection ends before
  kWindowFull,    // not taken; try again after an Acknowledged
  kTooLarge,      // the packet is larger than the server takes [MQTT-3.2.2-15]
  kQosTooHigh,    // than the server takes [MQTT-3.2.2-11]; 2 also with a session that is kept
  kNoRetain,      // the server keeps no retained messages [MQTT-3.2.2-14]
  kNotEncodable,  // no topic name, no UTF-8, or longer than MQTT can say
  kNotConnected,
};

enum class RequestResult : uint8_t {
  kSent,
  kTooMany,       // wait for the answer to another request
  kTooLarge,      // as PublishResult
  kNotAvailable,  // wildcards, shared subscriptions or identifiers that the server does not have
  kBadFilter,     // no topic filter, or none at all
  kNotConnected,
};

// Messages and requests from the owner to the server: no more at a time, none larger and nothing
// else than the server takes, each answered as it should be.
//
// What is in flight when the connection ends is forgotten: the owner has its messages still and
// publishes them again, as new ones. A QoS 2 message of a session that outlives the connection
// could not be forgotten by one side alone, so none is sent in such a session.
//
// Invariants, asserted by CheckInvariants(): those of the window; what is in flight never exceeds
// the server's Receive Maximum.
class OutboundFlow {
 public:
  // Both outlive it.
  OutboundFlow(const Options& options, const ServerTerms& terms);

  // The terms have come.
  void Open();

  // See Client.
  PublishResult Publish(MonotonicTime now, uint32_t token, codec::OutgoingPublish message,
                        ByteBuffer* out);
  RequestResult Subscribe(MonotonicTime now, uint32_t token,
                          const codec::SubscriptionList& subscriptions, uint32_t subscription_id,
                          ByteBuffer* out);
  RequestResult Unsubscribe(MonotonicTime now, uint32_t token,
                            const codec::UnsubscriptionList& filters, ByteBuffer* out);

  // Packets that were decoded and validated: PUBACK, PUBREC, PUBCOMP and the answers to requests.
  Fault OnAck(MonotonicTime now, const codec::Ack& ack, Output* out);
  Fault OnSuback(MonotonicTime now, const codec::Suback& suback, Output* out);
  Fault OnUnsuback(MonotonicTime now, const codec::Unsuback& unsuback, Output* out);

  // When what is in flight must have been answered; see Options::ack_timeout.
  std::optional<MonotonicTime> deadline() const;

  bool can_publish() const { return window_.HasRoomForPublish(); }
  size_t in_flight() const { return window_.publishes(); }
  // Something was subscribed on this connection.
  bool has_subscribed() const { return has_subscribed_; }
  void CheckInvariants() const;

 private:
  PublishResult Check(const codec::OutgoingPublish& message) const;
  bool ChooseSize(codec::OutgoingPublish* message, OutboundAliases::Use* use);
  Exchange& Add(Exchange::Kind kind, uint32_t token, MonotonicTime now);
  Exchange* Answered(MonotonicTime now, uint16_t packet_id);
  Fault OnPubrec(const codec::Ack& ack, Exchange* exchange, Output* out);
  void Finish(Exchange* exchange, const codec::Ack& ack, codec::ReasonCode reason, Output* out);
  template <typename Packet>
  RequestResult SendRequest(MonotonicTime now, Exchange::Kind kind, uint32_t token, size_t filters,
                            Packet packet, ByteBuffer* out);

  const Options& options_;
  const ServerTerms& terms_;
  OutboundWindow window_;
  OutboundAliases aliases_{0};
  bool has_subscribed_ = false;
  MonotonicTime last_answer_{};      // or when there was last nothing to answer
  MonotonicTime newest_answered_{};  // when the latest sent of those that are answered was sent
};

}  // namespace sluice::client
