#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "forward/uplink.h"
#include "sim/witness.h"

namespace sluice::sim {

// What a message that has arrived upstream says, read by somebody who knows the formats (event.fbs,
// batch.fbs, CloudEvents JSON) and none of the code that wrote it. `wrong` is empty unless it is
// not what it should be; then it says why.
struct Arrival {
  std::vector<Entry> entries;
  std::string wrong;
};
Arrival Decode(const forward::OutgoingMessage& message);

}  // namespace sluice::sim
