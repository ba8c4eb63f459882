#pragma once

#include <cstdint>
#include <string>

#include "codec/protocol.h"

namespace CLI {
class App;
}

namespace sluice::tools {

// `sluice consume`: the reference consumer.
struct ConsumeOptions {
  std::string url;    // mqtt:// or mqtts://
  std::string topic;  // filter
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  std::string username;
  std::string password_file;  // its first line
  codec::Version version = codec::Version::kV5;
  std::string client_id;  // empty: one is made up; needed for a persistent session
  bool clean_start = true;
  uint64_t count = 0;            // stop after so many events; 0: never
  double idle_exit_seconds = 0;  // stop when nothing came for so long; 0: never
  std::string state_file;        // remembers offsets across restarts; empty: nowhere
};

// Subscribes at QoS 1 and prints a JSON line an event to stdout, flushed with every message; a
// summary to stderr at the end. Drops duplicates and reports gaps by one number per gateway and
// stream (OffsetTracker). Handles SIGINT and SIGTERM while it runs. Returns the exit code: 0, or 1
// when it could not connect or subscribe, or its state file is bad.
int RunConsume(const ConsumeOptions& options);

// The command of that name.
void AddConsume(CLI::App& app, int* exit_code);

}  // namespace sluice::tools
