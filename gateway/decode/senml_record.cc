#include "decode/senml_record.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace sluice::decode {
namespace {

using Record = SenmlRecord;

// A label and the member of a record that it fills, by the type that it must have.
struct Label {
  std::string_view json;
  std::string_view cbor;
  std::optional<std::string_view> Record::*text = nullptr;
  std::optional<double> Record::*number = nullptr;
  std::optional<Value> Record::*value = nullptr;
};

// RFC 8428, tables 1, 3 and 4. Without a member: known, and not needed.
constexpr Label kLabels[] = {
    {.json = "bver", .cbor = "-1", .number = &Record::version},
    {.json = "bn", .cbor = "-2", .text = &Record::base_name},
    {.json = "bt", .cbor = "-3", .number = &Record::base_time},
    {.json = "bu", .cbor = "-4", .text = &Record::base_unit},
    {.json = "bv", .cbor = "-5", .number = &Record::base_value},
    {.json = "bs", .cbor = "-6", .number = &Record::base_sum},
    {.json = "n", .cbor = "0", .text = &Record::name},
    {.json = "u", .cbor = "1", .text = &Record::unit},
    {.json = "v", .cbor = "2", .value = &Record::number},
    {.json = "vs", .cbor = "3", .value = &Record::text},
    {.json = "vb", .cbor = "4", .value = &Record::truth},
    {.json = "s", .cbor = "5", .value = &Record::sum},
    {.json = "t", .cbor = "6", .number = &Record::time},
    {.json = "ut", .cbor = "7"},
    {.json = "vd", .cbor = "8", .value = &Record::data},
};

const Label* FindLabel(std::string_view key, SenmlLabels labels) {
  const auto* found = std::find_if(std::begin(kLabels), std::end(kLabels), [&](const Label& label) {
    return key == label.json || (labels == SenmlLabels::kCbor && key == label.cbor);
  });
  return found == std::end(kLabels) ? nullptr : found;
}

const char* Take(const Label& label, SenmlLabels labels, Value value, Record* record) {
  if (label.value != nullptr) {
    if (!(record->*label.value)) record->*label.value = value;
  } else if (label.text != nullptr) {
    if (value.kind() != Kind::kText) return "must be a text";
    if (!(record->*label.text)) record->*label.text = value.text();
  } else if (label.number != nullptr) {
    const auto number = SenmlNumber(value, labels);
    if (!number) return "must be a number";
    if (!(record->*label.number)) record->*label.number = number;
  }
  return nullptr;
}

std::optional<double> PlainNumber(Value value) {
  switch (value.kind()) {
    case Kind::kInteger:
      return static_cast<double>(value.integer());
    case Kind::kUnsigned:
      return static_cast<double>(value.unsigned_integer());
    case Kind::kDouble:
      return value.number();
    default:
      return std::nullopt;
  }
}

std::optional<double> DecimalFraction(Value pair) {
  Walk walk(pair);
  if (!walk.Next() || walk.value().kind() != Kind::kInteger) return std::nullopt;
  const int64_t exponent = walk.value().integer();
  if (!walk.Next()) return std::nullopt;
  const auto mantissa = PlainNumber(walk.value());
  constexpr int64_t kMaxExponent = 400;  // beyond what a double holds
  if (walk.Next() || !mantissa || std::abs(exponent) > kMaxExponent) return std::nullopt;
  // A power of ten above 1 is exact as far as a double holds it; its inverse never is.
  const double power = std::pow(10.0, static_cast<double>(std::abs(exponent)));
  const double number = exponent < 0 ? *mantissa / power : *mantissa * power;
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

}  // namespace

std::optional<double> SenmlNumber(Value value, SenmlLabels labels) {
  if (labels == SenmlLabels::kCbor && value.IsArray()) return DecimalFraction(value);
  return PlainNumber(value);
}

SenmlMistake ReadSenmlRecord(Value value, SenmlLabels labels, SenmlRecord* record) {
  *record = {};
  if (!value.IsObject()) return {"must be an object"};
  for (Walk walk(value); walk.Next();) {
    const Label* const label = FindLabel(walk.key(), labels);
    if (label == nullptr) {
      if (walk.key().ends_with('_')) {
        return {"must be understood (RFC 8428, 4.4), and is not", walk.key()};
      }
      continue;
    }
    if (const char* const what = Take(*label, labels, walk.value(), record)) {
      return {what, walk.key()};
    }
  }
  if (record->values() > 1) return {"must have one value, not several"};
  return {};
}

}  // namespace sluice::decode
