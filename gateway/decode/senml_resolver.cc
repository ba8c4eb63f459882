#include "decode/senml_resolver.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/base64.h"
#include "base/utf8.h"
#include "decode/senml_units.h"

namespace sluice::decode {
namespace {

constexpr double kVersion = 10;       // RFC 8428, 4.4
constexpr size_t kMaxNameBytes = 64;  // of a reading, as CheckName of normalise has it
constexpr std::string_view kSeparators = ":/._-";

// A sensor's name in two. Views.
struct Name {
  std::string_view device = {};
  std::string_view reading = {};
};

std::string_view WithoutSeparators(std::string_view name) {
  return name.substr(0, name.find_last_not_of(kSeparators) + 1);
}

Name PartName(std::string_view base, std::string_view own) {
  if (!base.empty() && !own.empty()) return {WithoutSeparators(base), own};
  const std::string_view whole = base.empty() ? own : base;
  if (whole.starts_with("urn:dev:")) {
    const size_t split = whole.find('_');  // RFC 9039, 3.3: the identifier itself has none
    if (split == std::string_view::npos) return {WithoutSeparators(whole), {}};
    return {whole.substr(0, split), whole.substr(split + 1)};
  }
  return base.empty() ? Name{{}, own} : Name{WithoutSeparators(base), {}};
}

// The value as it is, which a profile marks as of the wrong type or unreadable; a container as a
// word.
Node Unreadable(Value value) {
  if (value.kind() == Kind::kText) return Node::Text(Kind::kUnreadable, value.text());
  if (value.IsArray()) return Node::Text(Kind::kUnreadable, "[...]");
  if (value.IsObject()) return Node::Text(Kind::kUnreadable, "{...}");
  if (value.IsNull()) return Node::Text(Kind::kUnreadable, "null");
  return *value.node();
}

Node Sum(double a, double b) {
  const double sum = a + b;
  return std::isfinite(sum) ? Node::Number(sum) : Node::Text(Kind::kUnreadable, "inf");
}

// 0 means that the sensor does not know.
Node TimeOf(double time) { return time == 0 ? Node() : Node::Number(time); }

std::string_view Ucum(std::string_view unit, const SenmlUnit* known) {
  return known != nullptr ? known->ucum : unit;
}

}  // namespace

bool SenmlResolver::Resolve(Value pack, SenmlLabels labels, size_t payload_bytes,
                            ReadingsDocument* readings, schema::Rejection* rejection) {
  base_ = {};
  texts_.clear();
  payload_bytes_ = payload_bytes;
  rejection->reason = schema::DeadLetterReason::kInvalidPayload;
  rejection->text.assign("no SenML: a pack is a list of records");
  if (!pack.IsArray()) return false;
  size_t number = 0;
  for (Walk walk(pack); walk.Next();) {
    ++number;
    SenmlRecord record;
    SenmlMistake mistake = ReadSenmlRecord(walk.value(), labels, &record);
    if (mistake.what == nullptr) mistake.what = ApplyBase(record);
    if (mistake.what == nullptr && !AddReadings(record, labels, readings)) {
      rejection->reason = schema::DeadLetterReason::kTooManyEvents;
      mistake.what = "more readings or times than one pack may have";
    }
    if (mistake.what == nullptr) continue;
    rejection->text =
        fmt::format("no SenML: record {}: {}{}{}", number, CutUtf8(mistake.label, kMaxNameBytes),
                    mistake.label.empty() ? "" : " ", mistake.what);
    return false;
  }
  return true;
}

const char* SenmlResolver::ApplyBase(const SenmlRecord& record) {
  if (record.version) {
    if (!(*record.version <= kVersion)) return "bver is of a later SenML than is read, which is 10";
    if (base_.version && *base_.version != *record.version) {
      return "bver is not that of the record before";  // RFC 8428, 4.4
    }
    base_.version = record.version;
  }
  if (record.base_name) base_.name = *record.base_name;
  if (record.base_unit) base_.unit = *record.base_unit;
  if (record.base_time) base_.time = *record.base_time;
  if (record.base_value) base_.value = record.base_value;
  if (record.base_sum) base_.sum = record.base_sum;
  return nullptr;
}

// Before the first of them: room for all that a pack of so many bytes may need.
void SenmlResolver::StartTexts() {
  if (!texts_.empty()) return;
  constexpr size_t kRecordBytes = 3;                         // {5: 1} in CBOR
  constexpr size_t kSpelledBytes = 2 * (kMaxNameBytes + 4);  // "<name>_sum", "{<unit>.s}"
  const size_t records = std::min(payload_bytes_ / kRecordBytes, ReadingsDocument::kMaxReadings);
  texts_.reserve(std::bit_ceil(payload_bytes_ + records * kSpelledBytes));
}

// `text` is cut: no name or unit is so long.
std::string_view SenmlResolver::Spell(std::string_view front, std::string_view text,
                                      std::string_view back) {
  StartTexts();
  const size_t begin = texts_.size();
  texts_.append(front).append(CutUtf8(text, kMaxNameBytes)).append(back);
  return std::string_view(texts_).substr(begin);
}

Node SenmlResolver::DataOf(Value data) {
  if (data.kind() == Kind::kBytes) return *data.node();
  if (data.kind() != Kind::kText) return Unreadable(data);
  StartTexts();
  const size_t begin = texts_.size();
  if (!AppendFromBase64(data.text(), &texts_)) return Unreadable(data);
  return Node::Text(Kind::kBytes, std::string_view(texts_).substr(begin));
}

// RFC 8428, 4.5.4; nothing if the record has none.
std::optional<Node> SenmlResolver::ValueOf(const SenmlRecord& record, SenmlLabels labels) {
  const auto as = [](Kind kind, Value value) {
    return value.kind() == kind ? *value.node() : Unreadable(value);
  };
  if (record.text) return as(Kind::kText, *record.text);
  if (record.truth) return as(Kind::kBool, *record.truth);
  if (record.data) return DataOf(*record.data);
  if (!record.number) {
    return base_.value ? std::optional(Node::Number(*base_.value)) : std::nullopt;
  }
  const auto number = SenmlNumber(*record.number, labels);
  if (!number) return Unreadable(*record.number);
  return Sum(base_.value.value_or(0), *number);
}

std::optional<Node> SenmlResolver::SumOf(const SenmlRecord& record, SenmlLabels labels) const {
  if (!record.sum) return base_.sum ? std::optional(Node::Number(*base_.sum)) : std::nullopt;
  const auto number = SenmlNumber(*record.sum, labels);
  if (!number) return Unreadable(*record.sum);
  return Sum(base_.sum.value_or(0), *number);
}

// False: too many.
bool SenmlResolver::AddReadings(const SenmlRecord& record, SenmlLabels labels,
                                ReadingsDocument* readings) {
  if (!record.IsMeasurement()) return true;
  const std::string_view unit = record.unit.value_or(base_.unit);
  const SenmlUnit* const known = FindSenmlUnit(unit);
  const Name name = PartName(base_.name, record.name.value_or(std::string_view()));
  OwnReading reading{.device = name.device, .time = TimeOf(base_.time + record.time.value_or(0))};
  reading.name = name.reading;
  if (reading.name.empty()) reading.name = known != nullptr ? known->quantity : "value";
  if (const auto value = ValueOf(record, labels)) {
    reading.value = *value;
    const bool is_number = value->kind() == Kind::kDouble;
    reading.unit = is_number ? Ucum(unit, known) : std::string_view();
    if (!readings->Add(reading)) return false;
  }
  const auto sum = SumOf(record, labels);
  if (!sum) return true;
  reading.value = *sum;
  reading.name = Spell({}, reading.name, "_sum");
  reading.unit = {};
  if (known != nullptr && !known->ucum_of_sum.empty()) {
    reading.unit = known->ucum_of_sum;
  } else if (!unit.empty()) {
    reading.unit = Spell("{", unit, ".s}");
  }
  return readings->Add(reading);
}

}  // namespace sluice::decode
