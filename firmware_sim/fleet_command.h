#pragma once

#include "firmware_sim/fleet_options.h"

namespace sluice::fleet {

// `sluice-fleet run`: runs the fleet until its time is over, its readings are taken, or SIGINT or
// SIGTERM, then waits for outstanding acknowledgements. Prints the final status as a JSON line to
// stdout. Exit code: 0, also when readings are outstanding in the end (the status says how many;
// they were never promised); 1 if it could not start or could not write its ledger.
int RunFleet(const FleetOptions& options);

}  // namespace sluice::fleet
