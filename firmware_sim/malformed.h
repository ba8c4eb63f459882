#pragma once

#include <string>

#include "base/random.h"

namespace sluice::fleet {

// Damages a payload the way firmware and radio do: cut somewhere, emptied, turned into something
// that is JSON but no reading, or with a byte overwritten that makes it no JSON. What comes out can
// never become an event, whatever a profile says, so a gateway that works makes a dead letter of
// it.
void Damage(Random& random, std::string* payload);

}  // namespace sluice::fleet
