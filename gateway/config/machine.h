#pragma once

#include <string>
#include <string_view>

#include "base/env.h"
#include "config/diagnostics.h"
#include "transport/socket_address.h"

namespace sluice::config {

// This machine, asked for what a configuration without errors names. Reads, changes nothing. What
// is missing or unfit is a fault of the key at `path`; see Diagnostics for paths.
class Machine {
 public:
  // Both outlive it.
  Machine(const Env& env, Diagnostics* diagnostics) : env_(env), diagnostics_(*diagnostics) {}

  const Env& env() const { return env_; }
  Diagnostics& diagnostics() { return diagnostics_; }

  // False if it is not there; an empty `file` is none, and well.
  bool CheckExists(const std::string& path, const std::string& file);
  // Likewise, and nobody but its owner may read it.
  bool CheckSecret(const std::string& path, const std::string& file);
  // A port that another program holds is no fault: that may be the gateway whose configuration is
  // looked at.
  void CheckBind(const std::string& path, const transport::SocketAddress& address);
  // Whether it is there, or can be made, and can be written to.
  void CheckDirectory(const std::string& path, const std::string& directory);

 private:
  const Env& env_;
  Diagnostics& diagnostics_;
};

}  // namespace sluice::config
