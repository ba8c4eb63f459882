#pragma once

#include <cstdint>

#include "base/clock.h"
#include "codec/ack.h"
#include "codec/publish.h"
#include "session/ack_queue.h"
#include "session/action.h"
#include "session/client_terms.h"
#include "session/control_rate.h"
#include "session/fault.h"
#include "session/inbound_ids.h"
#include "session/limits.h"
#include "session/topic_aliases.h"

namespace sluice::session {

// Messages from the client to the owner: whole topics in place of aliases, each QoS 2 message once,
// no more at a time than Receive Maximum, answers in the order of arrival.
//
// It borrows the identifiers of QoS 2 messages between Open and Close; nothing but CheckInvariants
// and blocked() is called at other times. Terms, limits and counters outlive it.
//
// Invariants, asserted by CheckInvariants(): what can be answered has been; what counts against our
// Receive Maximum is the QoS 1 messages that wait and the QoS 2 messages of this connection without
// PUBREL, and in MQTT 5 never exceeds it; a closed flow holds nothing.
class InboundFlow {
 public:
  InboundFlow(const ClientTerms& terms, const Limits& limits, const Capabilities& capabilities,
              Counters& counters, ControlRate& control_rate);

  // For `late_acknowledgements` see ConnectAnswer.
  void Open(InboundIds* ids, bool late_acknowledgements);
  // Gives the identifiers back. What the owner has said of a QoS 2 message but the client could not
  // be told yet is kept in them, because the owner will not say it again.
  void Close();

  // A PUBLISH that was decoded and validated: asks PublishReceived of the owner unless it is a
  // repetition. Puts the topic in place of its alias.
  Fault OnPublish(codec::Publish* publish, Output* out);
  Fault OnPubrel(MonotonicTime now, const codec::Ack& pubrel, Output* out);
  // The owner's word; see Session::Acknowledge.
  Fault Acknowledge(uint16_t packet_id, codec::ReasonCode reason, Output* out);

  // A 3.1.1 client's window is full; as that version has no Receive Maximum, the window is kept by
  // not reading on.
  bool blocked() const { return !terms_.is_v5() && acks_.size() >= limits_.receive_maximum; }
  bool is_open() const { return ids_ != nullptr; }
  // Messages that wait for Acknowledge, or for the one before them.
  size_t unacknowledged() const { return acks_.size(); }
  void CheckInvariants() const;

 private:
  Fault Check(const codec::Publish& publish) const;
  codec::Verdict CheckTopic(std::string_view topic) const;
  Fault Refuse(const codec::Publish& publish, codec::Verdict verdict, Output* out);
  codec::Verdict ResolveAlias(codec::Publish* publish);
  // Puts the message in its place among those that wait for their answer, which QoS 0 does not;
  // `*is_new` becomes false if it is a repetition, which is not handed out.
  Fault Enter(const codec::Publish& publish, bool* is_new, Output* out);
  Fault EnterQos1(const codec::Publish& publish, bool* is_new);
  Fault EnterQos2(const codec::Publish& publish, bool* is_new, Output* out);
  Fault OnPublishRepeated(const codec::Publish& publish, InboundIds::Entry* known, Output* out);
  Fault TakeReceiveQuota();
  AckQueue::Entry& QueueAck(const codec::Publish& publish);
  void SendAcks(Output* out);
  void SendPubrec(const AckQueue::Entry& ack, Output* out);
  void Forget(InboundIds::Entry* entry);

  const ClientTerms& terms_;
  const Limits& limits_;
  const Capabilities& capabilities_;
  Counters& counters_;
  ControlRate& control_rate_;

  InboundIds* ids_ = nullptr;
  AckQueue acks_;
  size_t in_flight_ = 0;  // what the client may count against our Receive Maximum
  TopicAliases aliases_;
  bool late_acknowledgements_ = false;
};

}  // namespace sluice::session
