#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "broker/access_control.h"

namespace sluice::test {

template <typename Pattern>
std::vector<Pattern> Patterns(const std::vector<std::string>& texts) {
  std::vector<Pattern> patterns;
  for (const std::string& text : texts) {
    auto pattern = Pattern::Parse(text);
    SLUICE_CHECK(pattern.ok());
    patterns.push_back(std::move(*pattern));
  }
  return patterns;
}

inline std::vector<broker::TopicPattern> Topics(const std::vector<std::string>& texts) {
  return Patterns<broker::TopicPattern>(texts);
}

inline std::vector<broker::DevicePattern> Devices(const std::vector<std::string>& texts) {
  return Patterns<broker::DevicePattern>(texts);
}

}  // namespace sluice::test
