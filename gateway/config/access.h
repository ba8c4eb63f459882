#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "broker/access_control.h"
#include "config/toml_reader.h"

namespace sluice::config {

// [[access]]
struct AccessConfig {
  std::string identity = "*";
  std::vector<std::string> except;
  bool deny = false;
  std::vector<broker::TopicPattern> publish;
  std::vector<broker::TopicPattern> subscribe;
  std::vector<broker::DevicePattern> speaks_for;  // empty: no rule about it
  uint64_t share = 0;                             // 0: no rule about it
  bool operator==(const AccessConfig&) const = default;
};

void Read(TableReader& t, AccessConfig* access);

// Says which rules mean something else than when the first that spoke decided.
void CheckAccess(const std::vector<AccessConfig>& access, Diagnostics* diagnostics);

// With the default rules where these say nothing about topics.
std::vector<broker::AccessRule> ToAccessRules(const std::vector<AccessConfig>& access);

}  // namespace sluice::config
