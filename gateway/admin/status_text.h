#pragma once

#include <string>

#include "admin/snapshot.h"

namespace sluice::admin {

// The snapshot for people, and at its end what is wrong, in the words of /healthz. Each line says
// since when it counts: since the stream was made, since this start of the gateway, or now.
std::string StatusText(const Snapshot& snapshot);

}  // namespace sluice::admin
