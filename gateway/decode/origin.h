#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"

namespace sluice::decode {

// Where a payload came from. Formats that remember things about their devices look at it.
struct Origin {
  std::string_view topic = {};
  std::string_view identity = {};  // of the publishing client
  WallTime received = {};
  MonotonicTime now = {};
  // Read a second time, perhaps long after: changes nothing that is remembered and asks for
  // nothing.
  bool replayed = false;
};

// What a decoder wants published, so that a device tells it what it has to know.
struct Request {
  std::string topic;
  std::string payload;
};

}  // namespace sluice::decode
