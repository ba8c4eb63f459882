#pragma once

#include <cstddef>

#include "decode/decoder.h"

namespace sluice::normalise {

// Bounds on what one message may cost. Each stops a hostile or broken device.
struct Limits {
  decode::Limits decode = {};    // of the payload
  size_t max_events = 256;       // an "each" over an object with a thousand members
  size_t max_text_bytes = 1024;  // text readings and attributes; longer is cut
  size_t max_name_bytes = 256;   // the device's name, which travels on in topics upstream
  size_t max_dead_letter_bytes = 16 * 1024;  // of the payload that a dead letter keeps
};

}  // namespace sluice::normalise
