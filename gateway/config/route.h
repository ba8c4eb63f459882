#pragma once

#include <cstdint>
#include <string>

#include "config/toml_reader.h"
#include "forward/route_options.h"
#include "forward/topic_template.h"

namespace sluice::config {

struct Config;

// [[route]] batch
struct BatchConfig {
  uint64_t max_events = 100;  // 1: one event a message
  uint64_t max_bytes = 64 << 10;
  Duration linger = std::chrono::milliseconds(20);
  bool operator==(const BatchConfig&) const = default;
};

// [[route]] window
struct WindowConfig {
  uint64_t max_publishes = 64;
  uint64_t max_bytes = 1 << 20;
  bool operator==(const WindowConfig&) const = default;
};

// [[route]]
struct RouteConfig {
  std::string name;  // from-to unless given
  std::string from, to;
  forward::TopicTemplate topic;
  forward::Format format = forward::Format::kFlatBuffers;
  Duration max_age{0};  // 0: events never expire
  BatchConfig batch;
  WindowConfig window;
  bool operator==(const RouteConfig&) const = default;
};

void Read(TableReader& t, RouteConfig* route);
// Whether they lead from a stream to an uplink, and how much an uplink has under way.
void CheckRoutes(const Config& config, Diagnostics* diagnostics);

forward::RouteOptions ToRouteOptions(const Config& config, const RouteConfig& route);

}  // namespace sluice::config
