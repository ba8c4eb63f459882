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
  bool deny = false;
  std::vector<broker::TopicPattern> publish;
  std::vector<broker::TopicPattern> subscribe;
  std::vector<broker::DevicePattern> speaks_for;  // empty: no rule about it
  uint64_t share = 0;                             // 0: no rule about it
  bool operator==(const AccessConfig&) const = default;
};

void Read(TableReader& t, AccessConfig* access);

// With the default rules where these say nothing about topics.
std::vector<broker::AccessRule> ToAccessRules(const std::vector<AccessConfig>& access);

}  // namespace sluice::config
