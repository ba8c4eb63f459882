#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/ring.h"
#include "client/action.h"
#include "client/end.h"
#include "client/options.h"
#include "client/server_terms.h"
#include "client/topic_aliases.h"
#include "codec/ack.h"
#include "codec/publish.h"

namespace sluice::client {

// What a client must remember from one connection to the next, as long as the server keeps its
// session: the identifiers of QoS 2 messages that we have answered with PUBREC and the server has
// not released [MQTT-4.3.3-10]. The owner keeps it; a client clears it when the server has no
// session.
class SessionState {
 public:
  static constexpr size_t kNone = SIZE_MAX;
  size_t Find(uint16_t packet_id) const;  // its place in the order of arrival, or kNone
  void Insert(uint16_t packet_id) { received_.push_back(packet_id); }
  void EraseAt(size_t place) {
    received_.erase(received_.begin() + static_cast<std::ptrdiff_t>(place));
  }
  void Clear() { received_.clear(); }
  size_t size() const { return received_.size(); }

 private:
  std::vector<uint16_t> received_;  // releases come in its order, so finds are short
};

// Messages from the server to the owner: whole topics in place of aliases, each QoS 2 message once,
// no more at a time than our Receive Maximum, answers in the order of arrival.
//
// Invariants, asserted by CheckInvariants(): what can be answered has been; an identifier waits for
// the owner or for PUBREL, not for both; both together never exceed our Receive Maximum, but for
// what a session that was resumed had before and was not sent again.
class InboundFlow {
 public:
  // All outlive it.
  InboundFlow(const Options& options, const ServerTerms& terms, SessionState& state);

  // The terms have come.
  void Open();

  // A PUBLISH that was decoded and validated: MessageReceived unless it is a repetition. Puts the
  // topic in place of its alias.
  Fault OnPublish(codec::Publish* publish, Output* out);
  Fault OnPubrel(const codec::Ack& pubrel, Output* out);
  // The owner's word. `reason` is kSuccess or an error of PUBACK/PUBREC; 3.1.1 has none, there it
  // is success to the server. Without effect for an identifier that does not wait.
  void Acknowledge(uint16_t packet_id, codec::ReasonCode reason, Output* out);

  size_t unacknowledged() const { return waiting_.size(); }
  void CheckInvariants() const;

 private:
  struct Waiting {
    uint16_t packet_id = 0;
    codec::Qos qos = codec::Qos::kAtLeastOnce;
    codec::ReasonCode reason = codec::ReasonCode::kSuccess;
    bool done = false;
  };

  Waiting* Find(uint16_t packet_id);
  // What the server was told; one of 3.1.1 is bound by nothing but its identifiers.
  size_t receive_maximum() const {
    return terms_.is_v5() ? options_.receive_maximum : size_t{65'535};
  }
  // What it may count against that.
  size_t in_flight() const { return waiting_.size() + state_.size() - resumed_; }
  Fault ResolveAlias(codec::Publish* publish);
  Fault Queue(const codec::Publish& publish);
  void Forget(size_t place);
  void SendAcks(Output* out);

  const Options& options_;
  const ServerTerms& terms_;
  SessionState& state_;
  InboundAliases aliases_;
  Ring<Waiting> waiting_;  // for the owner, in the order of arrival
  size_t resumed_ = 0;     // the first of state_: the connections before counted them
};

}  // namespace sluice::client
