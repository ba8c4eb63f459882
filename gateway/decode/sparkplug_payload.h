#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace sluice::decode {

// Payloads of Sparkplug B (specification 3.0, 6.4), which are protobuf messages. Views.

// 6.4.16; numbers of the wire.
enum class SparkplugType : uint32_t {
  kUnknown = 0,
  kInt8 = 1,
  kInt16 = 2,
  kInt32 = 3,
  kInt64 = 4,
  kUInt8 = 5,
  kUInt16 = 6,
  kUInt32 = 7,
  kUInt64 = 8,
  kFloat = 9,
  kDouble = 10,
  kBoolean = 11,
  kString = 12,
  kDateTime = 13,  // milliseconds since 1970
  kText = 14,
};

struct SparkplugMetric {
  enum class Value : uint8_t {
    kNone,
    kInteger,  // int_value or long_value; its sign is the type's
    kFloat,
    kDouble,
    kBoolean,
    kText,
    kBytes,  // also arrays
    kDataSet,
    kTemplate,
    kOther,  // an extension
  };

  std::string_view name = {};  // empty: only the alias is given
  std::optional<uint64_t> alias = {};
  std::optional<uint64_t> timestamp = {};  // milliseconds since 1970
  uint32_t type = 0;                       // a SparkplugType; 0: not given
  bool historical = false;
  bool is_null = false;
  std::optional<int32_t> quality = {};  // 6.4.9.1: 0 bad, 192 good, 500 stale
  Value value = Value::kNone;
  uint64_t integer = 0;
  double number = 0;
  ByteSpan bytes = {};  // kText, kBytes
};

struct SparkplugPayload {
  // Metrics of one payload; each costs 128 bytes of memory that is kept. Stops a payload of two
  // bytes a metric.
  static constexpr size_t kMaxMetrics = 4096;

  std::optional<uint64_t> timestamp = {};  // milliseconds since 1970
  std::optional<uint64_t> sequence = {};   // 0 to 255
  std::vector<SparkplugMetric> metrics = {};
};

enum class SparkplugVerdict : uint8_t { kRead, kNoPayload, kTooManyMetrics };

// Into `*read`, whose memory is used again.
SparkplugVerdict ReadSparkplugPayload(ByteSpan payload, SparkplugPayload* read);

}  // namespace sluice::decode
