#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/lifetime.h"
#include "codec/connect.h"
#include "codec/reason_code.h"
#include "tls/peer_certificate.h"

namespace sluice::identity {

// What a listener accepts for who somebody is.
struct EntryRules {
  bool certificate = true;
  bool password = false;
  bool psk = false;
  // What it calls clients that show nothing; empty: it lets none of them in.
  std::string anonymous = {};
};

// What a connection has shown before it says anything: verified, and decided by nobody yet.
struct Evidence {
  const EntryRules& rules;
  const tls::PeerCertificate* certificate = nullptr;  // null: none was shown
  std::string_view psk_name = {};  // of the pre-shared key that it has; empty: none
  std::string_view source = {};    // "192.0.2.7", as FormatSource says it
};

// Views and pointers are valid until the answer, or until nobody waits for it any more.
struct Request {
  Evidence evidence;
  const codec::Connect& connect;
};

// Who a connection is, or why it is nobody.
struct Decision {
  // kSuccess, or the reason code of the CONNACK that refuses it.
  codec::ReasonCode reason = codec::ReasonCode::kSuccess;
  // On success IsValidIdentity; refused, whom it claimed to be, as far as it said.
  std::string identity = {};
  // Other clients come under the same name without being the same, so that what each may take goes
  // by its address.
  bool is_shared = false;
  // Refused: what the log says, and what to do about it. A literal.
  std::string_view why = {};
};

// Where a decision goes. Copies are the same answer: the first word counts, and none when whoever
// asked has gone. Loop thread only.
class Answer {
 public:
  using Tell = std::function<void(const Decision&)>;
  Answer(Lifetime::Watch asker, Tell tell) : asker_(std::move(asker)), tell_(std::move(tell)) {}

  void Give(const Decision& decision) const {
    if (!abandoned()) tell_(decision);
  }
  // Nobody waits any more: what was begun may be dropped.
  bool abandoned() const { return asker_.over(); }

 private:
  Lifetime::Watch asker_;
  Tell tell_;
};

// Decides at CONNECT who a connection is. Loop thread only; outlives those who ask.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // Answers once, within the call or later from the loop. What takes long or blocks (a password's
  // hash, a file) runs on another thread, on copies, behind a bounded queue; at its bound the
  // answer is kServerBusy. Who asks waits no longer than limits.connect_timeout.
  virtual void Authenticate(const Request& request, Answer answer) = 0;
};

}  // namespace sluice::identity
