#pragma once

#include <string>

#include "base/status.h"

namespace sluice::tools {

// Writes a new file, for the owner's eyes only (0600), and never over another; on the medium when
// it returns. A file of which something could not be written is removed.
Status WriteSecretFile(const std::string& path, const std::string& content);

}  // namespace sluice::tools
