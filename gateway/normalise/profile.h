#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "decode/encoding.h"
#include "schema/event_fields.h"

namespace sluice::normalise {

// What a kind of device publishes and how it becomes events: the content of a file in
// devices/profiles/, which config/profile_file.h reads. docs/profiles.md explains every key to the
// people who write them. Plain data; Normaliser compiles it. "Pointer" is an RFC 6901 JSON pointer.

// Where the name of the device is found.
struct DeviceRule {
  // kKey only in an event with `each`: the key of the item.
  enum class From : uint8_t { kIdentity, kTopicLevel, kMember, kKey };
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
    kLocal,    // the same text without an offset: utc_offset_minutes or zone applies
    kSenml,    // seconds since 1970, or, below 2^28, since the reception (RFC 8428, 4.5.3)
  };
  std::string member = {};
  Format format = Format::kRfc3339;
  int utc_offset_minutes = 0;
  std::string zone = {};  // kLocal: an IANA name, "Europe/Berlin"; empty: utc_offset_minutes
};

// A condition on a member, a level of the topic, or the key of an item. What is compared is a text,
// number or boolean in its JSON spelling. Of a member that is absent only kAbsent holds.
struct Condition {
  enum class Test : uint8_t {
    kEquals,
    kOneOf,
    kStartsWith,
    kContains,
    kGreater,
    kLess,
    kPresent,
    kAbsent,  // or null
    kIs,      // of this kind
  };
  enum class Kind : uint8_t { kNumber, kText, kBool, kList, kObject };
  enum class From : uint8_t { kMember, kTopicLevel, kKey };

  std::string member = {};
  std::string equals = {};  // kEquals, kStartsWith, kContains
  Test test = Test::kEquals;
  std::vector<std::string> one_of = {};
  double limit = 0;  // kGreater, kLess
  Kind kind = Kind::kNumber;
  From from = From::kMember;
  int level = 0;         // kTopicLevel
  bool negated = false;  // holds when it otherwise would not
};

// A field of bytes that a text spells or that the payload holds, as a number.
struct FieldRule {
  enum class Spelling : uint8_t { kHex, kBase64, kBytes };
  Spelling spelling = Spelling::kHex;
  size_t at = 0;     // the first byte; from 0
  size_t width = 1;  // bytes, 1 to 8
  bool is_signed = false;
  bool little_endian = false;
  int low_bit = 0;                    // of the field's number: the lowest that counts
  int bits = 0;                       // how many; 0: all
  std::optional<uint64_t> none = {};  // these bits mean that there is no value
};

// What a name in the payload is called in the event, and its unit.
struct NameRule {
  std::string is = {};
  std::string name = {};  // empty: as it is
  std::string unit = {};
};

struct ReadingRule {
  enum class Type : uint8_t { kNumber, kInteger, kBool, kText, kAny };
  enum class NameFrom : uint8_t { kFixed, kKey, kTopicLevel, kMember };
  // Of the readings of a list: all, or the one that a word says.
  enum class Pick : uint8_t { kAll, kFirst, kLast, kMax, kMin, kSum, kCount };
  std::string name = {};
  std::string member = {};  // pointer, from the event's base
  Type type = Type::kNumber;
  std::string unit_in = {};  // UCUM; converted into its canonical unit, see units.h; empty: no unit
  // Where the payload says which unit it uses (pointer from the root), and what its words mean in
  // UCUM; unit_in holds when the member is missing. Without unit_member, and with from_text, the
  // word follows the number: "12.05 kWh".
  std::string unit_member = {};
  // Pointer, from where `member` counts, to a unit that the payload spells in UCUM; unit_in holds
  // when it is missing. Empty: none.
  std::string unit_code = {};
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
  // Texts and numbers that mean a boolean: "ON", "OFF", "1", "0".
  std::vector<std::string> true_words = {};
  std::vector<std::string> false_words = {};
  // Texts that mean that there is no value, "unavailable", and texts that mean a number.
  std::vector<std::string> absent_words = {};
  std::vector<std::pair<std::string, double>> number_words = {};
  // A part of a text: between `separator`, from 0, negative from the end.
  std::string separator = {};
  int part = 0;
  std::optional<FieldRule> field = {};
  // If one of these does not hold, the quality is uncertain: the device says so itself. Pointers
  // as that of `member`.
  std::vector<Condition> valid_if = {};
  // Pointer from the event's base to a list or object: a reading for each item for which
  // `list_when` holds. `member`, `list_when`, `valid_if` and the name then count from the item.
  std::optional<std::string> list = {};
  std::vector<Condition> list_when = {};
  Pick pick = Pick::kAll;
  NameFrom name_from = NameFrom::kFixed;
  int name_level = 0;            // kTopicLevel
  std::string name_member = {};  // kMember
  std::vector<NameRule> names = {};
  bool only_named = false;  // true: what `names` does not know is left out
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
  bool otherwise = false;                // true: only if no rule before it made an event
  std::string base = {};      // pointer to the object that the readings are in; empty: the root
  bool base_is_json = false;  // the base is a text that holds JSON, from which pointers then count
  // True: one event for each item of `base`: of an array, or for each member of an object whose key
  // starts with `key_prefix`.
  bool each = false;
  std::string key_prefix = {};
  std::vector<Condition> each_when = {};  // all must hold; pointers from the item
  std::optional<DeviceRule> device = {};  // instead of the profile's; pointer from the base
  std::vector<TimeRule> times = {};       // before the profile's; pointers from the base
  std::vector<Condition> valid_if = {};   // of every reading; pointers from the base
  schema::Severity severity = schema::Severity::kInfo;
  std::vector<SeverityRule> severity_rules = {};  // the last that holds wins
  std::vector<ReadingRule> readings = {};
  std::vector<AttributeRule> attributes = {};
};

// Messages that are no news: counted by name, and forgotten. With neither `when` nor
// `empty_payload` whatever is published on `topics`.
struct IgnoreRule {
  std::string name = {};                 // "command", "availability"
  std::vector<std::string> topics = {};  // MQTT filters; empty: all of the profile's
  std::vector<Condition> when = {};      // all must hold; pointers from the root
  bool empty_payload = false;            // only those without any byte
  bool otherwise = false;                // true: only if no event came to be
};

struct Profile {
  std::string name = {};
  std::string description = {};
  std::vector<std::string> topics = {};  // MQTT filters
  decode::Encoding encoding = {};
  DeviceRule device = {};
  std::vector<TimeRule> times = {};
  // How far a device's time may be from the gateway's before the gateway's is used instead; 0: any.
  // A time before 2024 is never believed.
  Duration max_skew{0};
  // How long a device may be silent before that is an event of its own; 0: for ever.
  Duration silent_after{0};
  std::string sequence_member = {};  // pointer to the device's own counter; empty: it has none
  std::vector<EventRule> events = {};
  // What to do with a message in which neither this profile nor a later one for its topic knows
  // anything: false: dead letter; true: count and forget.
  bool ignore_if_nothing = false;
  std::vector<IgnoreRule> ignore = {};
};

}  // namespace sluice::normalise
