#include "decode/sparkplug_value.h"

#include <algorithm>
#include <cmath>

#include "decode/tree_builder.h"

namespace sluice::decode {
namespace {

Node Whole(uint64_t bits, uint32_t type) {
  switch (static_cast<SparkplugType>(type)) {
    case SparkplugType::kInt8:
      return Node::Integer(static_cast<int8_t>(bits));
    case SparkplugType::kInt16:
      return Node::Integer(static_cast<int16_t>(bits));
    case SparkplugType::kInt32:
      return Node::Integer(static_cast<int32_t>(bits));
    case SparkplugType::kInt64:
      return Node::Integer(static_cast<int64_t>(bits));
    case SparkplugType::kBoolean:
      return Node::Boolean(bits != 0);
    default:
      return bits <= INT64_MAX ? Node::Integer(static_cast<int64_t>(bits)) : Node::Unsigned(bits);
  }
}

Node Real(double number) {
  if (std::isfinite(number)) return Node::Number(number);
  return Node::Text(Kind::kUnreadable, std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf");
}

}  // namespace

Node SparkplugValue(const SparkplugMetric& metric, uint32_t type) {
  using Held = SparkplugMetric::Value;
  if (metric.is_null) return {};
  switch (metric.value) {
    case Held::kNone:
      return {};
    case Held::kInteger:
      return Whole(metric.integer, type);
    case Held::kFloat:
    case Held::kDouble:
      return Real(metric.number);
    case Held::kBoolean:
      return Node::Boolean(metric.integer != 0);
    case Held::kText:
      return Node::Text(IsUtf8(AsText(metric.bytes)) ? Kind::kText : Kind::kBytes,
                        AsText(metric.bytes));
    case Held::kBytes:
      return Node::Text(Kind::kBytes, AsText(metric.bytes));
    case Held::kDataSet:
      return Node::Text(Kind::kUnreadable, "data set");
    case Held::kTemplate:
      return Node::Text(Kind::kUnreadable, "template");
    case Held::kOther:
      return Node::Text(Kind::kUnreadable, "extension");
  }
  return {};
}

std::string_view SparkplugQuality(std::optional<int32_t> code) {
  constexpr int32_t kGood = 192, kStale = 500;
  if (!code || *code == kGood) return {};
  return *code == kStale ? "stale" : "bad";
}

std::string_view SparkplugReadingName(std::string_view name) {
  constexpr size_t kMaxBytes = 64;
  if (name.size() <= kMaxBytes) return name;
  const std::string_view end = name.substr(name.size() - kMaxBytes);
  const size_t folder = end.find('/');
  if (folder != std::string_view::npos && folder + 1 < end.size()) return end.substr(folder + 1);
  size_t begin = 0;  // not inside of a character
  while (begin < end.size() && (static_cast<unsigned char>(end[begin]) & 0xc0) == 0x80) ++begin;
  return end.substr(begin);
}

bool IsSparkplugControl(std::string_view name) {
  return name == "bdSeq" || name.starts_with("Node Control/") ||
         name.starts_with("Device Control/");
}

}  // namespace sluice::decode
