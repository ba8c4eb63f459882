#include "normalise/read_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/rfc3339.h"
#include "base/utf8.h"
#include "normalise/device_time.h"

namespace sluice::normalise {
namespace {

using decode::Kind;
using decode::Value;
using schema::Quality;
using Type = ReadingRule::Type;

// A member's value in the type that the payload gives it; monostate for what is none.
schema::Value Scalar(Value value) {
  switch (value.kind()) {
    case Kind::kBool:
      return value.boolean();
    case Kind::kInteger:
      return value.integer();
    case Kind::kUnsigned:
      return static_cast<double>(value.unsigned_integer());
    case Kind::kDouble:
      return value.number();
    case Kind::kText:
      return value.text();
    case Kind::kBytes:
      return value.bytes();
    case Kind::kNull:
    case Kind::kArray:
    case Kind::kObject:
      break;
  }
  return std::monostate();
}

std::optional<double> NumberFromText(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
    return std::nullopt;  // from_chars reads "nan" and "inf" as well
  }
  return number;
}

std::optional<double> AsNumber(const schema::Value& value, bool from_text) {
  if (const auto* integer = std::get_if<int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  const auto* text = std::get_if<std::string_view>(&value);
  return text != nullptr && from_text ? NumberFromText(*text) : std::nullopt;
}

std::optional<int64_t> AsInteger(const schema::Value& value, bool from_text) {
  if (const auto* integer = std::get_if<int64_t>(&value)) return *integer;
  const auto number = AsNumber(value, from_text);
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (!number || std::abs(*number) > kExact || *number != std::trunc(*number)) return std::nullopt;
  return static_cast<int64_t>(*number);
}

std::optional<bool> AsBool(const schema::Value& value, const ReadingRule& rule) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  const auto* text = std::get_if<std::string_view>(&value);
  if (text == nullptr) return std::nullopt;
  const auto among = [text](const std::vector<std::string>& words) {
    return std::find(words.begin(), words.end(), *text) != words.end();
  };
  if (among(rule.true_words)) return true;
  if (among(rule.false_words)) return false;
  return std::nullopt;
}

// The conversion that the payload asks for. An unknown word leaves the profile's own, but makes the
// value uncertain.
const UnitConversion* ConversionFor(const CompiledReading& reading, Value root, Quality* quality) {
  Value word;
  if (!reading.unit_path || !reading.unit_path->Find(root, &word)) return reading.conversion;
  SpellingBuffer buffer;
  const auto spelled = Spell(word, &buffer);
  for (const auto& [known, conversion] : reading.unit_words) {
    if (spelled && *spelled == known) return conversion;
  }
  *quality = Quality::kUncertain;
  return reading.conversion;
}

bool IsOutOfRange(const ReadingRule& rule, double value) {
  return !std::isfinite(value) || (rule.min && value < *rule.min) ||
         (rule.max && value > *rule.max);
}

void SetNumber(const CompiledReading& reading, Value root, double raw, schema::Reading* out) {
  double value = raw * reading.rule.scale + reading.rule.offset;
  const UnitConversion* conversion = ConversionFor(reading, root, &out->quality);
  if (conversion != nullptr) value = conversion->Apply(value);
  if (IsOutOfRange(reading.rule, value)) out->quality = Quality::kOutOfRange;
  out->value = value;
}

void SetInteger(const CompiledReading& reading, int64_t value, schema::Reading* out) {
  if (IsOutOfRange(reading.rule, static_cast<double>(value))) out->quality = Quality::kOutOfRange;
  out->value = value;
}

// Puts `value` into `out` as the rule's type; false if it cannot be read as one.
bool Convert(const CompiledReading& reading, Value root, const schema::Value& value,
             schema::Reading* out) {
  const ReadingRule& rule = reading.rule;
  switch (rule.type) {
    case Type::kNumber:
      if (const auto number = AsNumber(value, rule.from_text)) {
        SetNumber(reading, root, *number, out);
        return true;
      }
      return false;
    case Type::kInteger:
      if (const auto integer = AsInteger(value, rule.from_text)) {
        SetInteger(reading, *integer, out);
        return true;
      }
      return false;
    case Type::kBool:
      if (const auto truth = AsBool(value, rule)) {
        out->value = *truth;
        return true;
      }
      return false;
    case Type::kText:
      out->value = value;
      return std::holds_alternative<std::string_view>(value);
  }
  return false;
}

template <typename Number>
std::string_view SpellNumber(Number number, SpellingBuffer* buffer) {
  const auto end = std::to_chars(buffer->data(), buffer->data() + buffer->size(), number).ptr;
  return {buffer->data(), static_cast<size_t>(end - buffer->data())};
}

}  // namespace

ReadOutcome ReadReading(Value root, Value base, const CompiledReading& reading,
                        size_t max_text_bytes, schema::Reading* out) {
  Value member;
  if (!reading.path.Find(base, &member)) return ReadOutcome::kAbsent;
  const schema::Value value = Scalar(member);
  if (std::holds_alternative<std::monostate>(value)) return ReadOutcome::kUnusable;
  *out = {.name = reading.rule.name, .unit = reading.unit};
  if (!Convert(reading, root, value, out)) {
    if (reading.rule.required) return ReadOutcome::kUnusable;
    *out = {.name = reading.rule.name, .value = value, .quality = Quality::kWrongType};
  }
  if (auto* text = std::get_if<std::string_view>(&out->value))
    *text = CutUtf8(*text, max_text_bytes);
  return ReadOutcome::kRead;
}

std::optional<std::string_view> Spell(Value value, SpellingBuffer* buffer) {
  const schema::Value scalar = Scalar(value);
  if (const auto* text = std::get_if<std::string_view>(&scalar)) return *text;
  if (const auto* truth = std::get_if<bool>(&scalar)) return *truth ? "true" : "false";
  if (const auto* integer = std::get_if<int64_t>(&scalar)) return SpellNumber(*integer, buffer);
  if (const auto* number = std::get_if<double>(&scalar)) return SpellNumber(*number, buffer);
  return std::nullopt;
}

bool Holds(const CompiledCondition& condition, Value root) {
  Value member;
  if (!condition.path.Find(root, &member)) return false;
  SpellingBuffer buffer;
  return Spell(member, &buffer) == condition.equals;
}

std::optional<WallTime> ReadTime(const CompiledTime& time, Value root) {
  using Format = TimeRule::Format;
  Value member;
  if (!time.path.Find(root, &member)) return std::nullopt;
  const schema::Value value = Scalar(member);
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    if (time.rule.format == Format::kRfc3339) return ParseDateTime(*text, true);
    if (time.rule.format != Format::kLocal) return std::nullopt;
    const auto local = ParseDateTime(*text, false);
    if (!local) return std::nullopt;
    return *local - std::chrono::minutes(time.rule.utc_offset_minutes);
  }
  if (time.rule.format == Format::kUnixSeconds) {
    const auto seconds = AsNumber(value, false);
    return seconds ? TimeFromSeconds(*seconds) : std::nullopt;
  }
  const auto count = AsInteger(value, false);
  if (!count) return std::nullopt;
  switch (time.rule.format) {
    case Format::kUnixMillis:
      return TimeFromCount(*count, 1'000'000);
    case Format::kUnixMicros:
      return TimeFromCount(*count, 1'000);
    case Format::kUnixNanos:
      return TimeFromCount(*count, 1);
    default:
      return std::nullopt;
  }
}

std::optional<uint64_t> ReadSequence(const decode::Path& path, Value root) {
  Value member;
  if (!path.Find(root, &member)) return std::nullopt;
  if (member.kind() == Kind::kUnsigned) return member.unsigned_integer();
  if (member.kind() != Kind::kInteger || member.integer() < 0) return std::nullopt;
  return static_cast<uint64_t>(member.integer());
}

}  // namespace sluice::normalise
