#pragma once

#include <string>

#include "admin/snapshot.h"

namespace sluice::admin {

// The snapshot for programs: one line, with the keys and units of docs/status.md. What is not known
// is null, and no key is ever left out.
std::string StatusJson(const Snapshot& snapshot);

}  // namespace sluice::admin
