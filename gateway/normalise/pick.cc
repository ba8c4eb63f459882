#include "normalise/pick.h"

#include <optional>

#include "normalise/read_value.h"

namespace sluice::normalise {
namespace {

using Pick = ReadingRule::Pick;

std::optional<double> NumberOf(const schema::Reading& reading) {
  if (const auto* number = std::get_if<double>(&reading.value)) return *number;
  if (const auto* integer = std::get_if<int64_t>(&reading.value)) {
    return static_cast<double>(*integer);
  }
  return std::nullopt;
}

// Whether `next` takes the place of `best`.
bool IsBetter(Pick pick, const schema::Reading& next, const schema::Reading& best) {
  const auto number = NumberOf(next), most = NumberOf(best);
  if (pick == Pick::kLast) return true;
  if (pick == Pick::kMax) return number && (!most || *number > *most);
  return pick == Pick::kMin && number && (!most || *number < *most);
}

}  // namespace

bool PickReading(const Scope& scope, const CompiledReading& reading, decode::Value list,
                 size_t max_text_bytes, std::string* scratch, schema::Reading* out) {
  const Pick pick = reading.rule.pick;
  int64_t count = 0;
  double sum = 0;
  for (decode::Walk walk(list); walk.Next();) {
    const Scope item{scope.topic, scope.root, walk.value(), walk.key()};
    if (!AllHold(reading.list_when, item)) continue;
    decode::Value member;
    schema::Reading next;
    const bool is_read = reading.path.Find(item.base, &member) &&
                         ReadReading(item, reading, reading.unit, member, max_text_bytes, scratch,
                                     &next) == ReadOutcome::kRead;
    if (!is_read && pick != Pick::kCount) continue;
    sum += NumberOf(next).value_or(0);
    if (count++ == 0 || IsBetter(pick, next, *out)) *out = next;
  }
  if (pick == Pick::kSum) out->value = sum;
  if (pick == Pick::kCount) *out = {.value = count, .unit = reading.unit.canonical};
  out->name = reading.rule.name;
  return count > 0 || pick == Pick::kCount;
}

}  // namespace sluice::normalise
