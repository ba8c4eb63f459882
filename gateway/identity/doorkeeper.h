#pragma once

#include "identity/accounts.h"
#include "identity/authenticator.h"
#include "identity/login_failures.h"
#include "identity/password_check.h"

namespace sluice::identity {

// Decides who a client is by what it shows and what its listener accepts (EntryRules). The first of
// these that it shows decides; when that is not right, it is refused, whatever else it has shown:
//
//   a password          is checked (PasswordCheck); refused where the listener checks none, because
//                       nobody may believe that it protects him
//   a pre-shared key    the name of the key, which TLS has verified
//   a certificate       its common name, verified by TLS
//   nothing             what the listener calls strangers
//
// An identity that is disabled is refused, whatever it has shown.
class Doorkeeper final : public Authenticator {
 public:
  // Everything outlives it.
  struct Parts {
    const Accounts& accounts;
    PasswordCheck& passwords;
    LoginFailures& failures;
  };
  explicit Doorkeeper(const Parts& parts) : parts_(parts) {}

  void Authenticate(const Request& request, Answer answer) override;

 private:
  void CheckPassword(const Request& request, Answer answer);
  Decision Refuse(LoginFailure failure, codec::ReasonCode reason, std::string_view name,
                  std::string_view why);
  Decision DecideByPsk(std::string_view name);
  Decision DecideByCertificate(const tls::PeerCertificate& certificate);
  Decision DecideByNothing(const Request& request);

  const Parts parts_;
};

}  // namespace sluice::identity
