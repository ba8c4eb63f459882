#pragma once

#include <functional>

#include "base/env.h"
#include "base/status.h"

namespace sluice::journal {

class StreamCore;

// Work on the small files beside a stream, for which the loop thread does not wait. See
// Stream::RunErrand().
struct Errand {
  StreamCore* core = nullptr;
  std::function<Status(Env&)> work;
  std::function<void(const Status&)> done;
  Status status;  // what became of it
};

}  // namespace sluice::journal
