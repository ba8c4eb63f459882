#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "decode/path.h"
#include "normalise/profile.h"
#include "normalise/units.h"

namespace sluice::normalise {

// A profile with its pointers taken apart, its units looked up and its filters ready, so that a
// message costs no allocation. Private to this layer.

struct CompiledCondition {
  decode::Path path = {};
  std::string equals = {};
};

struct CompiledReading {
  ReadingRule rule;
  decode::Path path = {};
  std::string unit = {};                       // canonical
  const UnitConversion* conversion = nullptr;  // none: the value stays
  std::optional<decode::Path> unit_path = {};
  std::vector<std::pair<std::string, const UnitConversion*>> unit_words = {};
};

struct CompiledAttribute {
  AttributeRule rule;
  decode::Path path = {};
};

struct CompiledSeverity {
  CompiledCondition when;
  schema::Severity severity;
};

struct CompiledEvent {
  EventRule rule;
  std::vector<std::string> topics = {};
  std::vector<CompiledCondition> when = {};
  decode::Path base = {};
  std::vector<CompiledReading> readings = {};
  std::vector<CompiledAttribute> attributes = {};
  std::vector<CompiledSeverity> severities = {};
};

struct CompiledTime {
  TimeRule rule;
  decode::Path path = {};
};

struct CompiledProfile {
  Profile source;
  std::vector<std::string> topics = {};
  std::optional<decode::Path> device = {};
  std::vector<CompiledTime> times = {};
  std::optional<decode::Path> sequence = {};
  std::vector<CompiledEvent> events = {};
  std::vector<CompiledCondition> ignore_when = {};

  bool Matches(std::string_view topic) const;
};

// kInvalidArgument with the profile's name and what is wrong.
Result<CompiledProfile> CompileProfile(Profile profile);

}  // namespace sluice::normalise
