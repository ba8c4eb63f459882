#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "codec/connect.h"
#include "codec/subscribe.h"
#include "codec/unsubscribe.h"
#include "session/action.h"
#include "session/client_terms.h"
#include "session/fault.h"
#include "session/limits.h"

namespace sluice::session {

// What the client asked and the owner has not answered: a CONNECT, a SUBSCRIBE or an UNSUBSCRIBE,
// never more than one, because the session receives nothing meanwhile. So a client cannot pile up
// requests, and they are answered in the order in which it made them.
//
// A CONNECT may take long (who it is from is looked up on another thread), so it is kept here, as
// its own bytes: ConnectRequested points to it until the answer, whatever becomes of the input.
// That is at most Limits::max_connect_bytes, given back with the answer. The filters of a SUBSCRIBE
// or UNSUBSCRIBE are views of the input, as the topic of a PUBLISH is; only what it takes to check
// and encode the answer is kept.
//
// An exchange of AUTH packets (section 4.12) belongs here as well: its CONNECT stays kept, and
// while it is the client's turn an AUTH, and nothing else, is received.
//
// Invariants, asserted by CheckInvariants(): a CONNECT is kept if and only if its answer is due;
// filters are due an answer if and only if there are any.
class PendingRequest {
 public:
  PendingRequest(const ClientTerms& terms, const Capabilities& capabilities)
      : terms_(terms), capabilities_(capabilities) {}

  // Copies the packet and decodes the copy. Whatever the verdict, connect() is there until
  // FinishConnect, its version set.
  codec::Verdict KeepConnect(const codec::Frame& frame);
  const codec::Connect& connect() const { return connect_->packet; }
  void FinishConnect();

  // Packets that were decoded and validated: ask the owner.
  Fault OnSubscribe(const codec::Subscribe& subscribe, Output* out);
  Fault OnUnsubscribe(const codec::Unsubscribe& unsubscribe, Output* out);
  // The owner's answers, one code a filter; without effect if another answer is due, or none.
  Fault AcceptSubscribe(uint16_t packet_id, std::span<const codec::ReasonCode> codes, Output* out);
  Fault AcceptUnsubscribe(uint16_t packet_id, std::span<const codec::ReasonCode> codes,
                          Output* out);

  // The connection ended: no answer is due any more.
  void Clear();

  size_t kept_bytes() const { return connect_ == nullptr ? 0 : connect_->bytes.capacity(); }
  bool due() const { return due_ != Due::kNothing; }
  bool connect_due() const { return due_ == Due::kConnect; }
  void CheckInvariants() const;

 private:
  enum class Due : uint8_t { kNothing, kConnect, kSubscribe, kUnsubscribe };
  struct KeptConnect {
    ByteBuffer bytes;
    codec::Connect packet;  // views into `bytes`
  };

  void Await(Due answer, uint16_t packet_id, size_t filters);
  template <typename Answer>
  Fault AnswerFilters(Due answer, uint16_t packet_id, std::span<const codec::ReasonCode> codes,
                      Output* out);

  const ClientTerms& terms_;
  const Capabilities& capabilities_;

  std::unique_ptr<KeptConnect> connect_;
  Due due_ = Due::kNothing;
  uint16_t packet_id_ = 0;
  size_t filters_ = 0;
};

}  // namespace sluice::session
