#pragma once

#include <string>

#include "base/random.h"

namespace sluice::fleet {

// Damages a payload the way firmware and radio do: cut somewhere, emptied, a byte overwritten by
// one that is legal nowhere in JSON, or every number replaced by an array, which no profile can
// read. A gateway that works makes a dead letter of what comes out. (Replacing the whole by
// something like {} would not do: a product that also publishes housekeeping on the topics of its
// readings has a profile that ignores what it does not know.)
void Damage(Random& random, std::string* payload);

}  // namespace sluice::fleet
