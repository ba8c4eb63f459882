#pragma once

#include <cstdint>

namespace sluice::decode::sparkplug {

// Numbers of the fields of Sparkplug B's protobuf messages (specification 3.0, 6.4.1) that are read
// or written here; everything else is passed over.

namespace payload_field {
inline constexpr uint32_t kTimestamp = 1;  // uint64, milliseconds since 1970
inline constexpr uint32_t kMetrics = 2;    // repeated Metric
inline constexpr uint32_t kSequence = 3;   // uint64
}  // namespace payload_field

namespace metric_field {
inline constexpr uint32_t kName = 1;        // string
inline constexpr uint32_t kAlias = 2;       // uint64
inline constexpr uint32_t kTimestamp = 3;   // uint64, milliseconds since 1970
inline constexpr uint32_t kType = 4;        // uint32, a DataType
inline constexpr uint32_t kHistorical = 5;  // bool
inline constexpr uint32_t kNull = 7;        // bool
inline constexpr uint32_t kProperties = 9;  // PropertySet
// One of these holds the value.
inline constexpr uint32_t kInt = 10;        // uint32, two's complement
inline constexpr uint32_t kLong = 11;       // uint64, two's complement
inline constexpr uint32_t kFloat = 12;      // float
inline constexpr uint32_t kDouble = 13;     // double
inline constexpr uint32_t kBool = 14;       // bool
inline constexpr uint32_t kString = 15;     // string
inline constexpr uint32_t kBytes = 16;      // bytes
inline constexpr uint32_t kDataSet = 17;    // DataSet
inline constexpr uint32_t kTemplate = 18;   // Template
inline constexpr uint32_t kExtension = 19;  // MetricValueExtension
}  // namespace metric_field

namespace property_set_field {
inline constexpr uint32_t kKeys = 1;    // repeated string
inline constexpr uint32_t kValues = 2;  // repeated PropertyValue, as many
}  // namespace property_set_field

namespace property_value_field {
inline constexpr uint32_t kInt = 3;   // uint32
inline constexpr uint32_t kLong = 4;  // uint64
}  // namespace property_value_field

}  // namespace sluice::decode::sparkplug
