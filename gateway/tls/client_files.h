#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"

namespace sluice::tls {

// What can be said of the files that another TLS library is going to use as a client. It may know
// algorithms that ours does not: those pass.
struct ClientFiles {
  Status ca = {};           // unreadable, or not PEM certificates
  Status certificate = {};  // likewise
  Status key = {};          // unreadable, not an unencrypted PEM key, or not the certificate's
  std::vector<std::string> date_troubles = {};  // see Context::DateTroubles
};

struct ClientFilePaths {
  std::string ca, certificate, key;  // each may be empty
};

ClientFiles CheckClientFiles(const ClientFilePaths& paths, const Clock& clock);

}  // namespace sluice::tls
