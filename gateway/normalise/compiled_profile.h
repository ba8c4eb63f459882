#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "decode/path.h"
#include "decode/time_zone.h"
#include "normalise/profile.h"
#include "normalise/topic_filters.h"
#include "normalise/units.h"

namespace sluice::normalise {

// A profile with its pointers taken apart, its units looked up and its filters ready, so that a
// message costs no allocation. Private to this layer.

struct CompiledCondition {
  Condition rule = {};
  decode::Path path = {};
};

// What a value is given in.
struct CompiledUnit {
  std::string canonical = {};
  const UnitConversion* conversion = nullptr;  // none: the value stays
};

struct CompiledName {
  NameRule rule = {};
  CompiledUnit unit = {};
};

struct CompiledReading {
  decode::Path path = {};  // what every message is asked for stands in front
  // value = raw * multiplier / divisor + offset: 0.005 is no binary fraction, and 200 is.
  double multiplier = 1;
  double divisor = 1;
  bool is_list = false;
  bool is_plain_number = false;  // with a fixed name and unit, and nothing refined
  ReadingRule rule;
  CompiledUnit unit = {};
  std::optional<decode::Path> unit_path = {};
  std::optional<decode::Path> unit_code = {};
  std::vector<std::pair<std::string, const UnitConversion*>> unit_words = {};
  bool decimal_comma = false;
  bool is_refined = false;  // it has words, parts, fields or conditions of validity
  std::optional<decode::Path> list = {};
  std::vector<CompiledCondition> list_when = {};
  std::vector<CompiledCondition> valid_if = {};
  decode::Path name_path = {};
  std::vector<CompiledName> names = {};
};

struct CompiledAttribute {
  AttributeRule rule;
  decode::Path path = {};
};

struct CompiledSeverity {
  CompiledCondition when;
  schema::Severity severity;
};

struct CompiledTime {
  TimeRule rule;
  decode::Path path = {};
  std::optional<decode::TimeZone> zone = {};
};

struct CompiledDevice {
  DeviceRule rule = {};
  decode::Path path = {};
};

struct CompiledEvent {
  EventRule rule;
  TopicFilters topics = TopicFilters();
  std::vector<CompiledCondition> when = {};
  decode::Path base = {};
  bool takes_any_item = false;  // with each: not only objects
  std::vector<CompiledCondition> each_when = {};
  std::optional<CompiledDevice> device = {};
  std::vector<CompiledTime> times = {};
  std::vector<CompiledCondition> valid_if = {};
  std::vector<CompiledReading> readings = {};
  std::vector<CompiledAttribute> attributes = {};
  std::vector<CompiledSeverity> severities = {};
};

struct CompiledIgnore {
  IgnoreRule rule;
  TopicFilters topics = TopicFilters();
  std::vector<CompiledCondition> when = {};
};

struct CompiledProfile {
  Profile source;
  TopicFilters topics = TopicFilters();
  CompiledDevice device = {};
  std::vector<CompiledTime> times = {};
  std::optional<decode::Path> sequence = {};
  std::vector<CompiledEvent> events = {};
  std::vector<CompiledIgnore> ignore = {};
};

// kInvalidArgument with the profile's name and what is wrong.
Result<CompiledProfile> CompileProfile(Profile profile);

}  // namespace sluice::normalise
