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
  // 1: one event a message. Unless given, as the format's readers expect it: many of FlatBuffers,
  // one of JSON, for CloudEvents' MQTT binding knows no batches and cloud brokers read none.
  uint64_t max_events = 0;
  uint64_t max_bytes = forward::RouteOptions{}.max_batch_bytes;
  Duration linger = forward::RouteOptions{}.linger;
  bool operator==(const BatchConfig&) const = default;
};

// [[route]] window
struct WindowConfig {
  uint64_t max_publishes = 64;
  uint64_t max_bytes = forward::RouteOptions{}.max_in_flight_bytes;
  bool operator==(const WindowConfig&) const = default;
};

// [[route]]
struct RouteConfig {
  std::string name;  // from-to unless given
  std::string from, to;
  forward::TopicTemplate topic;
  forward::Format format = forward::RouteOptions{}.format;
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
