#include "normalise/spell_container.h"

#include "base/json_writer.h"
#include "base/utf8.h"

namespace sluice::normalise {
namespace {

using decode::Kind;
using decode::Value;

constexpr size_t kEnough = 100;

void Spell(Value value, const std::string& out, JsonWriter& json) {
  switch (value.kind()) {
    case Kind::kNull:
      return json.Null();
    case Kind::kBool:
      return json.Value(value.boolean());
    case Kind::kInteger:
      return json.Value(value.integer());
    case Kind::kUnsigned:
      return json.Value(value.unsigned_integer());
    case Kind::kDouble:
      return json.Value(value.number());
    case Kind::kText:
      return json.Value(CutUtf8(value.text(), kEnough));
    case Kind::kUnreadable:
      return json.Value(CutUtf8(value.unreadable(), kEnough));
    case Kind::kBytes:
      return json.Value("(bytes)");
    case Kind::kArray:
    case Kind::kObject:
      break;
  }
  const bool is_object = value.IsObject();
  is_object ? json.BeginObject() : json.BeginArray();
  for (decode::Walk walk(value); out.size() < kEnough && walk.Next();) {
    if (is_object) json.Key(CutUtf8(walk.key(), kEnough));
    Spell(walk.value(), out, json);
  }
  is_object ? json.EndObject() : json.EndArray();
}

}  // namespace

void SpellContainer(Value value, std::string* out) {
  out->clear();
  JsonWriter json(out);
  Spell(value, *out, json);
  if (out->size() > kEnough) out->assign(CutUtf8(*out, kEnough)).append("...");
}

}  // namespace sluice::normalise
