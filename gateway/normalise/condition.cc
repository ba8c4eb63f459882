#include "normalise/condition.h"

#include <algorithm>
#include <charconv>

#include "codec/topic_match.h"
#include "normalise/read_number.h"

namespace sluice::normalise {
namespace {

using decode::Kind;
using decode::Value;
using Test = Condition::Test;

template <typename Number>
std::string_view SpellNumber(Number number, SpellingBuffer* buffer) {
  const auto end = std::to_chars(buffer->data(), buffer->data() + buffer->size(), number).ptr;
  return {buffer->data(), static_cast<size_t>(end - buffer->data())};
}

bool Is(Condition::Kind kind, Value value) {
  switch (kind) {
    case Condition::Kind::kNumber:
      return value.kind() == Kind::kInteger || value.kind() == Kind::kUnsigned ||
             value.kind() == Kind::kDouble;
    case Condition::Kind::kText:
      return value.kind() == Kind::kText;
    case Condition::Kind::kBool:
      return value.kind() == Kind::kBool;
    case Condition::Kind::kList:
      return value.IsArray();
    case Condition::Kind::kObject:
      return value.IsObject();
  }
  return false;
}

bool Compares(const Condition& rule, std::string_view text) {
  const auto number = [text] { return NumberFromText(text); };
  switch (rule.test) {
    case Test::kEquals:
      return text == rule.equals;
    case Test::kOneOf:
      return std::find(rule.one_of.begin(), rule.one_of.end(), text) != rule.one_of.end();
    case Test::kStartsWith:
      return text.starts_with(rule.equals);
    case Test::kContains:
      return text.find(rule.equals) != text.npos;
    case Test::kGreater:
      return number() > rule.limit;  // nothing is never greater
    case Test::kLess:
      return number().value_or(rule.limit) < rule.limit;
    case Test::kPresent:
      return true;
    case Test::kAbsent:
      return false;
    case Test::kIs:
      return rule.kind == Condition::Kind::kText;
  }
  return false;
}

bool HoldsForMember(const CompiledCondition& condition, Value base) {
  const Condition& rule = condition.rule;
  Value member;
  if (!condition.path.Find(base, &member)) return rule.test == Test::kAbsent;
  if (rule.test == Test::kPresent) return true;
  if (rule.test == Test::kIs) return Is(rule.kind, member);
  SpellingBuffer buffer;
  const auto spelled = Spell(member, &buffer);
  return spelled && Compares(rule, *spelled);
}

bool HoldsFor(const CompiledCondition& condition, const Scope& scope) {
  using From = Condition::From;
  const Condition& rule = condition.rule;
  if (rule.from == From::kMember) return HoldsForMember(condition, scope.base);
  const auto text =
      rule.from == From::kKey ? scope.key : codec::TopicLevel(scope.topic.text, rule.level);
  return text ? Compares(rule, *text) : rule.test == Test::kAbsent;
}

}  // namespace

std::optional<std::string_view> Spell(Value value, SpellingBuffer* buffer) {
  switch (value.kind()) {
    case Kind::kText:
      return value.text();
    case Kind::kUnreadable:
      return value.unreadable();
    case Kind::kBool:
      return value.boolean() ? "true" : "false";
    case Kind::kInteger:
      return SpellNumber(value.integer(), buffer);
    case Kind::kUnsigned:
      return SpellNumber(static_cast<double>(value.unsigned_integer()), buffer);
    case Kind::kDouble:
      return SpellNumber(value.number(), buffer);
    case Kind::kBytes:
    case Kind::kNull:
    case Kind::kArray:
    case Kind::kObject:
      break;
  }
  return std::nullopt;
}

bool Holds(const CompiledCondition& condition, const Scope& scope) {
  return HoldsFor(condition, scope) != condition.rule.negated;
}

bool AllOfSomeHold(const std::vector<CompiledCondition>& conditions, const Scope& scope) {
  return std::all_of(conditions.begin(), conditions.end(),
                     [&](const CompiledCondition& condition) { return Holds(condition, scope); });
}

}  // namespace sluice::normalise
