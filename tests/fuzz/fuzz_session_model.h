#pragma once

#include <cstdint>
#include <deque>
#include <set>
#include <vector>

#include "base/bytes.h"
#include "codec/ack.h"
#include "codec/connect.h"
#include "codec/publish.h"
#include "session/action.h"

namespace sluice::session {

// What may happen between a session, its client and its owner, told as simply as possible: sets and
// lists of identifiers, looked through from end to end. It sees what the owner does, what the
// session asks and what it sends, and aborts at the first thing that must not be:
//   an acknowledgement that the owner has not given, or out of order; a QoS 2 message handed out
//   twice; more messages towards the client than it takes; a redelivery that is out of order or of
//   nothing; bytes that are no packet of a server; anything after Close.
class SessionModel {
 public:
  // A connection starts; what the client had from earlier ones stays.
  void OnStart();
  void OnAccept(const codec::Connect& connect, bool session_present, bool late_acknowledgements);
  void OnAcknowledge(uint16_t packet_id, codec::ReasonCode reason);
  // The owner's word after the connection has ended.
  void OnLateAcknowledge(uint16_t packet_id, codec::ReasonCode reason);
  void OnAction(const Action& action);
  // What the session has sent since the last call.
  void OnSent(ByteSpan bytes, codec::Version version);

 private:
  // A message from the client that was handed out and is not answered yet.
  struct Owed {
    uint16_t packet_id;
    codec::Qos qos;
    bool acknowledged = false;
    bool refused = false;
  };
  // A message to the client that is not finished yet.
  struct Delivery {
    uint16_t packet_id;
    bool released = false;
    bool sent = false;  // on this connection
  };

  void OnPublishReceived(const codec::Publish& publish);
  void OnFinished(const DeliveryFinished& finished);
  void OnClose();
  void OnSentAck(const codec::Ack& ack);
  void OnSentPublish(const codec::Publish& publish);
  void AnswerOldest(codec::PacketType type, uint16_t packet_id);
  void ResendNext(uint16_t packet_id, bool released);
  Delivery* Find(uint16_t packet_id);
  void CheckWindow() const;

  bool connected_ = false;
  bool closed_ = false;
  bool late_ = false;
  size_t client_receive_maximum_ = 65'535;
  std::deque<Owed> owed_;
  std::set<uint16_t> held_;          // QoS 2 identifiers that must not be handed out again
  std::set<uint16_t> received_;      // those of them for which PUBREC was sent or may be
  std::set<uint16_t> refused_late_;  // refused after their connection; a repetition may be told so
  std::vector<Delivery> deliveries_;
};

}  // namespace sluice::session
