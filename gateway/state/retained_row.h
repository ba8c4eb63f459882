#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "state/batch.h"

namespace sluice::state {

// A retained message as it is stored, or that there is none any more.
struct RetainedRow {
  bool removed = false;  // then only the topic counts
  std::string topic = {};
  std::string holder = {};  // whose share of the retained messages it takes
  uint8_t qos = 0;
  std::optional<WallTime> received = {};  // nothing: the clock was not to be trusted
  std::string properties = {};  // encoded as in PUBLISH, with their length in front; or empty
  std::string payload = {};

  size_t bytes() const {
    return sizeof(RetainedRow) + topic.size() + holder.size() + properties.size() + payload.size();
  }
};

using Batch = RowBatch<RetainedRow>;

}  // namespace sluice::state
