#include "identity/doorkeeper.h"

#include <utility>

namespace sluice::identity {

using codec::ReasonCode;

void Doorkeeper::Authenticate(const Request& request, Answer answer) {
  const Evidence& evidence = request.evidence;
  if (request.connect.password) return CheckPassword(request, std::move(answer));
  if (!evidence.psk_name.empty() && evidence.rules.psk) {
    return answer.Give(DecideByPsk(evidence.psk_name));
  }
  if (evidence.certificate != nullptr && evidence.rules.certificate) {
    return answer.Give(DecideByCertificate(*evidence.certificate));
  }
  answer.Give(DecideByNothing(request));
}

void Doorkeeper::CheckPassword(const Request& request, Answer answer) {
  const std::string_view name = request.connect.user_name.value_or("");
  if (!request.evidence.rules.password) {
    return answer.Give(
        Refuse(LoginFailure::kNotAccepted, ReasonCode::kNotAuthorized, name,
               "it sent a password, which its listener does not check; take it out of the client, "
               "or add \"password\" to the listener's accepts"));
  }
  if (name.empty()) {
    return answer.Give(Refuse(LoginFailure::kNoUserName, ReasonCode::kBadUserNameOrPassword, name,
                              "it sent a password without a user name"));
  }
  parts_.passwords.Check(name, AsText(*request.connect.password), request.evidence.source,
                         std::move(answer));
}

// Its key may have been taken away since the handshake.
Decision Doorkeeper::DecideByPsk(std::string_view name) {
  const Account* const account = parts_.accounts.Find(name);
  if (account == nullptr || account->psk.empty()) {
    return Refuse(LoginFailure::kUnknown, ReasonCode::kNotAuthorized, name,
                  "its pre-shared key was removed");
  }
  if (!account->enabled) {
    return Refuse(LoginFailure::kDisabled, ReasonCode::kNotAuthorized, name, "it is disabled");
  }
  return {.identity = account->name};
}

Decision Doorkeeper::DecideByCertificate(const tls::PeerCertificate& certificate) {
  const Account* const account = parts_.accounts.Find(certificate.name);
  if (account != nullptr && !account->enabled) {
    return Refuse(LoginFailure::kDisabled, ReasonCode::kNotAuthorized, certificate.name,
                  "it is disabled");
  }
  return {.identity = certificate.name};
}

Decision Doorkeeper::DecideByNothing(const Request& request) {
  const Evidence& evidence = request.evidence;
  if (!evidence.rules.anonymous.empty()) {
    return {.identity = evidence.rules.anonymous, .is_shared = true};
  }
  const std::string_view name = request.connect.user_name.value_or("");
  if (evidence.rules.password) {
    return Refuse(LoginFailure::kNoPassword, ReasonCode::kBadUserNameOrPassword, name,
                  "it came without a password, which its listener asks for");
  }
  return Refuse(LoginFailure::kNothingShown, ReasonCode::kNotAuthorized, name,
                "it came without a certificate, which its listener asks for");
}

Decision Doorkeeper::Refuse(LoginFailure failure, ReasonCode reason, std::string_view name,
                            std::string_view why) {
  parts_.failures.Count(failure);
  return {.reason = reason, .identity = std::string(name), .why = why};
}

}  // namespace sluice::identity
