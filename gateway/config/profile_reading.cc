#include <fmt/format.h>

#include "config/profile_parts.h"
#include "normalise/check.h"

namespace sluice::config {
namespace {

using normalise::FieldRule;
using normalise::NameRule;
using normalise::ReadingRule;

constexpr Word<ReadingRule::Type> kReadingTypes[] = {
    {"number", ReadingRule::Type::kNumber}, {"integer", ReadingRule::Type::kInteger},
    {"bool", ReadingRule::Type::kBool},     {"text", ReadingRule::Type::kText},
    {"any", ReadingRule::Type::kAny},
};

constexpr Word<ReadingRule::Pick> kPicks[] = {
    {"all", ReadingRule::Pick::kAll},     {"first", ReadingRule::Pick::kFirst},
    {"last", ReadingRule::Pick::kLast},   {"max", ReadingRule::Pick::kMax},
    {"min", ReadingRule::Pick::kMin},     {"sum", ReadingRule::Pick::kSum},
    {"count", ReadingRule::Pick::kCount},
};

constexpr Word<FieldRule::Spelling> kSpellings[] = {
    {"hex", FieldRule::Spelling::kHex},
    {"base64", FieldRule::Spelling::kBase64},
    {"bytes", FieldRule::Spelling::kBytes},
};

constexpr Word<bool> kByteOrders[] = {{"big", false}, {"little", true}};

constexpr int64_t kMaxBit = 63;
constexpr uint64_t kMaxFieldOffset = 1 << 18;

void ReadBits(TableReader& reader, FieldRule* field) {
  std::optional<double> low, count;
  reader.Range("bits", &low, &count);
  if (!low) return;
  if (*low < 0 || *count > kMaxBit + 1 || *low >= *count) {
    return reader.Error("bits",
                        "must be the lowest and the number behind the highest, from 0, "
                        "such as [0, 11] for eleven bits");
  }
  field->low_bit = static_cast<int>(*low);
  field->bits = static_cast<int>(*count) - field->low_bit;
}

void ReadField(TableReader& reader, FieldRule* field) {
  uint64_t at = 0, width = 1, none = 0;
  reader.Require("in");
  reader.OneOf("in", kSpellings, &field->spelling);
  reader.Number("at", 0, kMaxFieldOffset, &at);
  reader.Number("width", 1, 8, &width);
  field->at = at;
  field->width = width;
  reader.Flag("signed", &field->is_signed);
  reader.OneOf("order", kByteOrders, &field->little_endian);
  ReadBits(reader, field);
  reader.Number("none", 0, INT64_MAX, &none);
  if (reader.Has("none")) field->none = none;
}

void ReadNameFrom(TableReader& reader, ReadingRule* reading) {
  using NameFrom = ReadingRule::NameFrom;
  bool each_key = false;
  if (CountAlternatives(reader, {"each_key", "topic_level", "member"}) == 0) {
    reader.Require("member");
  }
  reader.Flag("each_key", &each_key);
  ReadLevel(reader, &reading->name_level);
  ReadPointer(reader, "member", &reading->name_member);
  reading->name_from = NameFrom::kMember;
  if (reader.Has("topic_level")) reading->name_from = NameFrom::kTopicLevel;
  if (each_key) reading->name_from = NameFrom::kKey;
}

void ReadName(TableReader& reader, ReadingRule* reading) {
  if (!reader.Has("name_from")) reader.Require("name");
  if (reader.Has("name_from")) reading->name = "value";
  ReadNameOf(reader, "name", &reading->name);
  reader.Table("name_from", [&](TableReader& table) { ReadNameFrom(table, reading); });
  reader.Tables("names", [&](TableReader& table) {
    NameRule& name = reading->names.emplace_back();
    table.Require("is");
    table.Text("is", &name.is);
    ReadNameOf(table, "name", &name.name);
    ReadUnit(table, "unit", &name.unit);
  });
  reader.Flag("only_named", &reading->only_named);
}

void ReadList(TableReader& reader, ReadingRule* reading) {
  std::string list;
  ReadPointer(reader, "list", &list);
  if (reader.Has("list")) reading->list = list;
  ReadConditions(reader, "list_when", &reading->list_when);
  reader.OneOf("pick", kPicks, &reading->pick);
}

void ReadWords(TableReader& reader, ReadingRule* reading) {
  reader.TextList("true_words", &reading->true_words);
  reader.TextList("false_words", &reading->false_words);
  reader.TextList("absent_words", &reading->absent_words);
  reader.Numbers("number_words", &reading->number_words);
  reader.Text("split", &reading->separator);
  int64_t part = 0;
  reader.Integer("part", -kMaxBit, kMaxBit, &part);
  reading->part = static_cast<int>(part);
}

// Keys that would do nothing are mistakes as well.
void CheckKeys(TableReader& reader, const ReadingRule& reading) {
  using Type = ReadingRule::Type;
  const auto only_with = [&](std::initializer_list<std::string_view> keys, bool allowed,
                             std::string_view with) {
    for (const std::string_view key : keys) {
      if (reader.Has(key) && !allowed) {
        reader.Error(key, fmt::format("only goes with {}; remove one of them", with));
      }
    }
  };
  const bool is_number = reading.type == Type::kNumber;
  const bool is_any = reading.type == Type::kAny;
  const bool is_numeric = is_number || is_any || reading.type == Type::kInteger;
  if (reader.Has("unit_member")) reader.Require("unit_words");
  if (reader.Has("unit_words") && !reading.from_text) reader.Require("unit_member");
  if (reader.Has("unit_code") && reader.Has("unit_words")) {
    reader.Error("unit_code", "can't be combined with unit_words; keep one of them");
  }
  only_with({"scale", "offset", "unit_member", "unit_words", "unit_code"}, is_number || is_any,
            "type = \"number\"");
  only_with({"range", "from_text", "unit", "number_words"}, is_numeric,
            "type = \"number\" or \"integer\"");
  only_with({"true_words", "false_words"}, reading.type == Type::kBool, "type = \"bool\"");
  only_with({"list_when", "pick"}, reader.Has("list"), "list");
  only_with({"names", "only_named"}, reader.Has("name_from"), "name_from");
  only_with({"part"}, reader.Has("split"), "split");
  const bool is_picked = reading.pick != ReadingRule::Pick::kAll;
  only_with({"name_from"}, !is_picked, "pick = \"all\"");
}

}  // namespace

void ReadReading(TableReader& reader, ReadingRule* reading) {
  ReadName(reader, reading);
  if (!reader.Has("list")) reader.Require("member");
  ReadPointer(reader, "member", &reading->member);
  ReadList(reader, reading);
  reader.OneOf("type", kReadingTypes, &reading->type);
  ReadUnit(reader, "unit", &reading->unit_in);
  ReadPointer(reader, "unit_member", &reading->unit_member);
  ReadPointer(reader, "unit_code", &reading->unit_code);
  reader.Words("unit_words", &reading->unit_words);
  for (const auto& [word, code] : reading->unit_words) {
    ReportFound(reader, "unit_words", normalise::CheckUnit(code));
  }
  reader.Real("scale", &reading->scale);
  reader.Real("offset", &reading->offset);
  reader.Range("range", &reading->min, &reading->max);
  reader.Flag("required", &reading->required);
  reader.Flag("companion", &reading->companion);
  reader.Flag("from_text", &reading->from_text);
  ReadWords(reader, reading);
  reader.Table("field", [&](TableReader& table) { ReadField(table, &reading->field.emplace()); });
  ReadConditions(reader, "valid_if", &reading->valid_if);
  CheckKeys(reader, *reading);
}

}  // namespace sluice::config
