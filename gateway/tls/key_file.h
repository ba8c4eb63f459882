#pragma once

#include <string>

#include "base/status.h"

namespace sluice::tls {

// Refuses a secret's file that its group or others may read or write, or that is not a regular
// file; the message says which chmod helps. Used for every file of the configuration that holds a
// secret.
Status CheckSecretFile(const std::string& path);

}  // namespace sluice::tls
