#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/status.h"
#include "http/message.h"

namespace sluice::admin {

// How a command asks a running gateway.
struct Question {
  std::string address;                   // "127.0.0.1:9464", "unix:/var/lib/sluice/control.sock"
  std::string host = "localhost";        // whom we mean; see HostGuard
  std::string path;                      // "/status"
  std::optional<std::string> form = {};  // asks with POST; see Form
  std::chrono::milliseconds patience{20'000};  // without a byte; a small board may be busy
  size_t max_answer_bytes = 64UL * 1024 * 1024;
};

// Asks with GET, or POST, and waits for the answer, whatever its status, on a loop of its own: for
// commands, not for the gateway.
Result<http::Response> Ask(const Question& question);

// "unix:DIR/control.sock", where the gateway whose data_dir is `directory` listens.
std::string ControlAddress(const std::string& directory);

}  // namespace sluice::admin
