#include "normalise/reading_name.h"

#include "codec/topic_match.h"
#include "normalise/check.h"

namespace sluice::normalise {
namespace {

using NameFrom = ReadingRule::NameFrom;

std::string_view Look(const CompiledReading& reading, const Scope& scope, SpellingBuffer* buffer) {
  decode::Value member;
  switch (reading.rule.name_from) {
    case NameFrom::kFixed:
      break;
    case NameFrom::kKey:
      return scope.key;
    case NameFrom::kTopicLevel:
      return codec::TopicLevel(scope.topic.text, reading.rule.name_level)
          .value_or(std::string_view());
    case NameFrom::kMember:
      if (!reading.name_path.Find(scope.base, &member)) return {};
      return Spell(member, buffer).value_or(std::string_view());
  }
  return {};
}

}  // namespace

ReadingName NameOf(const CompiledReading& reading, const Scope& scope, SpellingBuffer* buffer) {
  if (reading.rule.name_from == NameFrom::kFixed) return {reading.rule.name, &reading.unit};
  const std::string_view found = Look(reading, scope, buffer);
  for (const CompiledName& known : reading.names) {
    if (found != known.rule.is) continue;
    return {known.rule.name.empty() ? found : std::string_view(known.rule.name), &known.unit};
  }
  if (reading.rule.only_named) return {{}, &reading.unit, true};
  return {IsName(found) ? found : std::string_view(reading.rule.name), &reading.unit};
}

}  // namespace sluice::normalise
