#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/backoff.h"
#include "base/clock.h"
#include "forward/topic_template.h"

namespace sluice::forward {

enum class Format : uint8_t { kFlatBuffers, kJson };

// One [[route]] of the configuration. Memory of a route: about 2 · max_batch_bytes, and what its
// source holds; the publishes of its window lie in the uplink's queue.
struct RouteOptions {
  std::string name;  // unique: names the cursor and the metrics
  std::string gateway;
  std::string stream;
  TopicTemplate topic;
  Format format = Format::kFlatBuffers;

  // A message leaves when one of these is reached. One event: no batches at all, every event is a
  // message of its own with its CloudEvents attributes.
  size_t max_batch_events = 100;
  size_t max_batch_bytes = 64 << 10;
  Duration linger = std::chrono::milliseconds(20);  // how long the first event may wait for others

  // Publishes that wait for their acknowledgement.
  size_t max_in_flight = 32;
  size_t max_in_flight_bytes = 1 << 20;

  // Older events (by when they were stored) are not sent but counted: expired. Which have no age
  // that anybody knows is in expiry.h.
  std::optional<Duration> max_age;
  BackoffOptions backoff;  // after a refusal that may pass, a failed read
};

}  // namespace sluice::forward
