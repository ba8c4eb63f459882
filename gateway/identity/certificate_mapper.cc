#include "identity/certificate_mapper.h"

namespace sluice::identity {

void CertificateMapper::Authenticate(const Request& request, Answer answer) {
  const Evidence& evidence = request.evidence;
  if (evidence.certificate != nullptr) {
    return answer.Give({.identity = evidence.certificate->common_name});
  }
  if (!evidence.anonymous.empty()) {
    return answer.Give({.identity = std::string(evidence.anonymous), .is_shared = true});
  }
  answer.Give({.reason = codec::ReasonCode::kNotAuthorized,
               .why = "it came without a certificate, which this listener asks for"});
}

}  // namespace sluice::identity
