#pragma once

#include "identity/authenticator.h"

namespace sluice::identity {

// A client is who its certificate's common name says. Without one it is what its listener calls
// strangers, or nobody: kNotAuthorized. User names and passwords are not looked at. Answers at
// once.
class CertificateMapper final : public Authenticator {
 public:
  void Authenticate(const Request& request, Answer answer) override;
};

}  // namespace sluice::identity
