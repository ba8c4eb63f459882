#include "normalise/read_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/utf8.h"
#include "normalise/check.h"
#include "normalise/read_field.h"
#include "normalise/read_number.h"
#include "normalise/spell_container.h"

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
    case Kind::kUnreadable:
      return value.unreadable();
    case Kind::kBytes:
      return value.bytes();
    case Kind::kNull:
    case Kind::kArray:
    case Kind::kObject:
      break;
  }
  return std::monostate();
}

// A number and how it becomes one in the reading's unit.
struct Measured {
  double number = 0;
  const UnitConversion* conversion = nullptr;
  Quality quality = Quality::kGood;
};

// The conversion that a word of the payload asks for. An unknown one leaves the profile's own, but
// makes the value uncertain.
void UseWord(const CompiledReading& reading, std::string_view word, Measured* measured) {
  for (const auto& [known, conversion] : reading.unit_words) {
    if (word != known) continue;
    measured->conversion = conversion;
    return;
  }
  measured->quality = Quality::kUncertain;
}

void UseUnitMember(const CompiledReading& reading, Value root, Measured* measured) {
  Value word;
  if (!reading.unit_path || !reading.unit_path->Find(root, &word)) return;
  SpellingBuffer buffer;
  UseWord(reading, Spell(word, &buffer).value_or(std::string_view()), measured);
}

// The unit that the payload spells in UCUM. One that is not known makes the value uncertain, for
// nothing says what it is.
void UseCode(const CompiledReading& reading, Value base, Measured* measured, schema::Reading* out) {
  Value code;
  if (!reading.unit_code || !reading.unit_code->Find(base, &code)) return;
  SpellingBuffer buffer;
  const std::string_view text = Spell(code, &buffer).value_or(std::string_view());
  measured->conversion = FindUnit(text);
  if (measured->conversion != nullptr) {
    out->unit = measured->conversion->canonical;
  } else if (IsAnnotation(text) && IsName(text)) {
    out->unit = text;
  } else {
    out->unit = {};
    measured->quality = Quality::kUncertain;
  }
}

// "21.5", or "12.05 kWh" where the rule has words for units.
bool MeasureText(const CompiledReading& reading, std::string_view text, Measured* measured) {
  const auto read = NumberAndUnitFromText(text, reading.decimal_comma);
  if (!read) return false;
  measured->number = read->number;
  const bool has_words = !reading.unit_words.empty() && !reading.unit_path;
  if (!has_words) return read->unit.empty() && !text.ends_with(' ');
  if (!read->unit.empty()) UseWord(reading, read->unit, measured);
  return true;
}

bool Measure(const CompiledReading& reading, const schema::Value& value, Measured* measured) {
  if (const auto* integer = std::get_if<int64_t>(&value)) {
    measured->number = static_cast<double>(*integer);
    return true;
  }
  if (const auto* number = std::get_if<double>(&value)) {
    measured->number = *number;
    return true;
  }
  const auto* text = std::get_if<std::string_view>(&value);
  return text != nullptr && reading.rule.from_text && MeasureText(reading, *text, measured);
}

std::optional<int64_t> AsInteger(const CompiledReading& reading, const schema::Value& value) {
  if (const auto* integer = std::get_if<int64_t>(&value)) return *integer;
  constexpr double kExact = 9007199254740992.0;  // 2^53
  Measured measured;
  if (!Measure(reading, value, &measured) || !(std::abs(measured.number) <= kExact) ||
      measured.number != std::trunc(measured.number)) {
    return std::nullopt;
  }
  return static_cast<int64_t>(measured.number);
}

bool IsAmong(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::optional<bool> AsBool(const ReadingRule& rule, Value member, const schema::Value& value) {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  SpellingBuffer buffer;
  std::optional<std::string_view> word;
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    word = *text;
  } else {
    word = Spell(member, &buffer);
  }
  if (!word) return std::nullopt;
  if (IsAmong(rule.true_words, *word)) return true;
  if (IsAmong(rule.false_words, *word)) return false;
  return std::nullopt;
}

bool IsOutOfRange(const ReadingRule& rule, double value) {
  return !std::isfinite(value) || (rule.min && value < *rule.min) ||
         (rule.max && value > *rule.max);
}

void SetNumber(const CompiledReading& reading, const Measured& measured, schema::Reading* out) {
  double value = measured.number * reading.multiplier / reading.divisor + reading.rule.offset;
  if (measured.conversion != nullptr) value = measured.conversion->Apply(value);
  out->quality = IsOutOfRange(reading.rule, value) ? Quality::kOutOfRange : measured.quality;
  out->value = value;
}

// Puts `value` into `out` as the rule's type; false if it cannot be read as one.
bool Convert(const CompiledReading& reading, const CompiledUnit& unit, const Scope& scope,
             Value member, const schema::Value& value, schema::Reading* out) {
  switch (reading.rule.type) {
    case Type::kNumber: {
      Measured measured{.conversion = unit.conversion};
      if (!Measure(reading, value, &measured)) return false;
      UseUnitMember(reading, scope.root, &measured);
      UseCode(reading, scope.base, &measured, out);
      SetNumber(reading, measured, out);
      return true;
    }
    case Type::kInteger: {
      const auto integer = AsInteger(reading, value);
      if (!integer) return false;
      if (IsOutOfRange(reading.rule, static_cast<double>(*integer))) {
        out->quality = Quality::kOutOfRange;
      }
      out->value = *integer;
      return true;
    }
    case Type::kBool: {
      const auto truth = AsBool(reading.rule, member, value);
      if (truth) out->value = *truth;
      return truth.has_value();
    }
    case Type::kText:
      out->value = value;
      return std::holds_alternative<std::string_view>(value);
    case Type::kAny: {
      Measured measured{.conversion = unit.conversion};
      if (Measure(reading, value, &measured)) {
        UseUnitMember(reading, scope.root, &measured);
        UseCode(reading, scope.base, &measured, out);
        SetNumber(reading, measured, out);
      } else {
        out->value = value;
        out->unit = {};
      }
      return true;
    }
  }
  return false;
}

// Part `part` of `text`, from 0, or from the end when negative.
std::optional<std::string_view> PartOf(std::string_view text, std::string_view separator,
                                       int part) {
  if (part < 0) {
    for (; part < -1; ++part) {
      const size_t cut = text.rfind(separator);
      if (cut == std::string_view::npos) return std::nullopt;
      text = text.substr(0, cut);
    }
    const size_t last = text.rfind(separator);
    return last == std::string_view::npos ? text : text.substr(last + separator.size());
  }
  for (; part > 0; --part) {
    const size_t cut = text.find(separator);
    if (cut == std::string_view::npos) return std::nullopt;
    text.remove_prefix(cut + separator.size());
  }
  return text.substr(0, text.find(separator));
}

// What the rule makes of the payload's value before it is converted; false if it is none.
bool Refine(const ReadingRule& rule, Value member, schema::Value* value) {
  if (rule.field) {
    const auto number = ReadField(*rule.field, member);
    if (number) *value = *number;
    return number.has_value();
  }
  const auto* text = std::get_if<std::string_view>(value);
  if (text == nullptr) return true;
  std::string_view word = *text;
  if (!rule.separator.empty()) {
    const auto part = PartOf(word, rule.separator, rule.part);
    if (!part) return false;
    word = *part;
  }
  if (IsAmong(rule.absent_words, word)) return false;
  *value = word;
  for (const auto& [known, number] : rule.number_words) {
    if (word == known) *value = number;
  }
  return true;
}

// What is no number, no text and no truth value: its text is kept.
ReadOutcome MarkUnreadable(const CompiledReading& reading, Value member, std::string* scratch,
                           schema::Reading* out) {
  if (reading.rule.required) return ReadOutcome::kUnusable;
  out->quality = Quality::kUnreadable;
  if (member.kind() == Kind::kUnreadable) {
    out->value = member.unreadable();
    return ReadOutcome::kRead;
  }
  SpellContainer(member, scratch);
  out->value = std::string_view(*scratch);
  return ReadOutcome::kNoValue;
}

ReadOutcome ReadMember(const Scope& scope, const CompiledReading& reading, const CompiledUnit& unit,
                       Value member, std::string* scratch, schema::Reading* out) {
  const bool has_no_value =
      member.kind() == Kind::kUnreadable || member.IsObject() || member.IsArray();
  if (has_no_value) return MarkUnreadable(reading, member, scratch, out);
  schema::Value value = Scalar(member);
  if (reading.is_refined && !Refine(reading.rule, member, &value)) return ReadOutcome::kAbsent;
  if (!Convert(reading, unit, scope, member, value, out)) {
    if (reading.rule.required) return ReadOutcome::kUnusable;
    *out = {.value = Scalar(member), .quality = Quality::kWrongType};
  }
  return ReadOutcome::kRead;
}

}  // namespace

bool ReadPlainNumber(const CompiledReading& reading, Value member, schema::Reading* out) {
  Measured measured{.conversion = reading.unit.conversion};
  if (member.kind() == Kind::kDouble) {
    measured.number = member.number();
  } else if (member.kind() == Kind::kInteger) {
    measured.number = static_cast<double>(member.integer());
  } else {
    return false;
  }
  out->name = reading.rule.name;
  out->unit = reading.unit.canonical;
  SetNumber(reading, measured, out);
  return true;
}

ReadOutcome ReadReading(const Scope& scope, const CompiledReading& reading,
                        const CompiledUnit& unit, Value member, size_t max_text_bytes,
                        std::string* scratch, schema::Reading* out) {
  *out = {.unit = unit.canonical};
  const ReadOutcome outcome = ReadMember(scope, reading, unit, member, scratch, out);
  if (out->quality >= Quality::kWrongType) out->unit = {};
  if (auto* text = std::get_if<std::string_view>(&out->value))
    *text = CutUtf8(*text, max_text_bytes);
  if (!reading.valid_if.empty() && out->quality == Quality::kGood &&
      !AllHold(reading.valid_if, scope)) {
    out->quality = Quality::kUncertain;
  }
  return outcome;
}

std::optional<uint64_t> ReadSequence(const decode::Path& path, Value root) {
  Value member;
  if (!path.Find(root, &member)) return std::nullopt;
  if (member.kind() == Kind::kUnsigned) return member.unsigned_integer();
  if (member.kind() != Kind::kInteger || member.integer() < 0) return std::nullopt;
  return static_cast<uint64_t>(member.integer());
}

}  // namespace sluice::normalise
