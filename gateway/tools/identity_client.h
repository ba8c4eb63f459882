#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"

namespace sluice::tools {

// Changes of identities as the commands say them to the running gateway, whose data_dir is
// `directory`; see docs/identity.md.

// Asks for one; the number of the change. `page` is "put", "enable" or "remove". kAlreadyExists:
// there is one of that name.
Result<uint64_t> ChangeIdentity(const std::string& directory, const std::string& page,
                                const std::string& form);
// Until the gateway has it on the medium.
Status AwaitSaved(const std::string& directory, uint64_t change);

}  // namespace sluice::tools
