#pragma once

#include <chrono>

#include "admin/snapshot.h"

namespace sluice::admin {

// One of everything, and no number twice.
inline Snapshot FullSnapshot() {
  return {
      .gateway = "greenhouse-7",
      .version = "1.2.3",
      .uptime = std::chrono::milliseconds(864'500),
      .clients = {.connected = 31, .detached_sessions = 32, .subscriptions = 33},
      .devices = {.watched = 36,
                  .silent = 35,
                  .longest_silent = {{"attic", "thermometer", std::chrono::seconds(1'500)}}},
      .streams = {{.name = "telemetry",
                   .accepted = 115,
                   .committed = 114,
                   .first_offset = 11,
                   .stored_bytes = 4096,
                   .kept_bytes = 2048,
                   .kept_events = 9,
                   .max_bytes = 8192,
                   .segments = 12,
                   .dirty_bytes = 13,
                   .last_write = Status::Unavailable("the card is gone"),
                   .evicted = 14,
                   .quarantined = 16,
                   .accepted_per_second = 17.25,
                   .full_in = std::chrono::seconds(3'665),
                   .routes = {{.name = "up",
                               .uplink = "cloud",
                               .books = {.origin = 100,
                                         .accepted = 8,
                                         .acknowledged = 1,
                                         .pending = 2,
                                         .dead_lettered = 3,
                                         .expired = 4,
                                         .evicted = 5,
                                         .replayed = 7,
                                         .difference = 6},
                               .replaying_until = 104,
                               .oldest_pending = std::chrono::milliseconds(71'500),
                               .passed_per_second = 18.5,
                               .empty_in = std::chrono::seconds(19)}}}},
      .uplinks = {{.name = "cloud",
                   .url = "mqtts://broker.example.com",
                   .connected = true,
                   .since = std::chrono::milliseconds(81'500),
                   .server = "a:8883",
                   .last_error = "connection refused",
                   .last_reason = "refused",
                   .last_error_age = std::chrono::milliseconds(82'500)}},
      .listeners =
          {{.address = "0.0.0.0:8883", .connections = 41, .half_open = 42, .accepted = 43}},
      .certificates = {{.part = "listener 0.0.0.0:8883",
                        .use = "own",
                        .not_after_unix_seconds = 1'800'000'000}},
      .memory = {.resident_bytes = 51,
                 .limit_bytes = 52,
                 .budgets = {{.name = "input", .used_bytes = 53, .limit_bytes = 54}}},
      .state = {.enabled = true, .file_bytes = 61, .retained_messages = 62, .waiting_changes = 63},
      .written_bytes = 40'960,
      .clock = {.trusted = true, .why = "trusted: the kernel keeps it synchronised"},
      .health = HealthState::kDegraded,
      .problems = {{"uplink cloud", "not_connected", HealthState::kDegraded, "no answer yet",
                    std::chrono::milliseconds(12'500)}}};
}

}  // namespace sluice::admin
