#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schema/event_fields.h"

namespace sluice::normalise {

// What a kind of device publishes and how it becomes events: the content of a file in
// devices/profiles/, which config/profile_file.h reads. devices/README.md explains every key to the
// people who write them. Plain data; Normaliser compiles it. "Pointer" is an RFC 6901 JSON pointer.

// Where the name of the device is found.
struct DeviceRule {
  enum class From : uint8_t { kIdentity, kTopicLevel, kMember };
  From from = From::kIdentity;
  int level = 0;            // kTopicLevel: from 0; negative counts from the end, -1 is the last
  std::string member = {};  // kMember: pointer to a text
};

// One place where the time of the measurement may be. The first that is there and plausible wins;
// without one it is the gateway's time of reception.
struct TimeRule {
  enum class Format : uint8_t {
    kUnixSeconds,  // a number, also with a fraction
    kUnixMillis,
    kUnixMicros,
    kUnixNanos,
    kRfc3339,  // text with Z or an offset
    kLocal,    // the same text without an offset: utc_offset_minutes applies
  };
  std::string member = {};
  Format format = Format::kRfc3339;
  int utc_offset_minutes = 0;
};

// A condition: the member is there and is this text, number or boolean (in its JSON spelling).
struct Condition {
  std::string member = {};
  std::string equals = {};
};

struct ReadingRule {
  enum class Type : uint8_t { kNumber, kInteger, kBool, kText };
  std::string name = {};
  std::string member = {};  // pointer, from the event's base
  Type type = Type::kNumber;
  std::string unit_in = {};  // UCUM; converted into its canonical unit, see units.h; empty: no unit
  // Where the payload says which unit it uses (pointer from the root), and what its words mean in
  // UCUM; unit_in holds when the member is missing.
  std::string unit_member = {};
  std::vector<std::pair<std::string, std::string>> unit_words = {};
  double scale = 1;  // value = raw * scale + offset, before the unit is converted
  double offset = 0;
  // In the canonical unit; outside: quality out_of_range.
  std::optional<double> min = {};
  std::optional<double> max = {};
  bool required = false;  // missing: the message is a dead letter
  // True: makes no event by itself. A battery level or a link quality comes with every kind of
  // device.
  bool companion = false;
  bool from_text = false;  // numbers may also come as text: "21.5"
  // Texts that mean a boolean: "ON", "OFF".
  std::vector<std::string> true_words = {};
  std::vector<std::string> false_words = {};
};

struct AttributeRule {
  enum class From : uint8_t { kConstant, kMember, kTopicLevel, kKey };
  std::string key = {};
  From from = From::kConstant;
  std::string value = {};   // kConstant
  std::string member = {};  // kMember: pointer from the event's base; text, number or boolean
  int level = 0;            // kTopicLevel
};

struct SeverityRule {
  Condition when = {};
  schema::Severity severity = schema::Severity::kWarning;
};

// One kind of event in a message. It comes to be when its conditions hold and at least one of its
// readings is there.
struct EventRule {
  std::string type = {};                 // "climate.reading.v1"
  std::vector<std::string> topics = {};  // MQTT filters; empty: all of the profile's
  std::vector<Condition> when = {};      // all must hold; pointers from the root
  std::string base = {};  // pointer to the object that the readings are in; empty: the root
  // True: one event for each object in `base`: for each item of an array, or for each member of an
  // object whose key starts with `key_prefix`.
  bool each = false;
  std::string key_prefix = {};
  schema::Severity severity = schema::Severity::kInfo;
  std::vector<SeverityRule> severity_rules = {};  // the last that holds wins
  std::vector<ReadingRule> readings = {};
  std::vector<AttributeRule> attributes = {};
};

struct Profile {
  std::string name = {};
  std::string description = {};
  std::vector<std::string> topics = {};  // MQTT filters
  DeviceRule device = {};
  std::vector<TimeRule> times = {};
  // How far a device's time may be from the gateway's before the gateway's is used instead; 0: any.
  // A time before 2024 is never believed.
  Duration max_skew{0};
  std::string sequence_member = {};  // pointer to the device's own counter; empty: it has none
  std::vector<EventRule> events = {};
  // What to do with a message that holds nothing known: false: dead letter; true: count and forget,
  // for products that also publish housekeeping on the same topics.
  bool ignore_if_nothing = false;
  // Messages for which one of these holds are ignored likewise.
  std::vector<Condition> ignore_when = {};
};

}  // namespace sluice::normalise
