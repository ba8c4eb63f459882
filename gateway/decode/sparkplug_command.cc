#include "decode/sparkplug_command.h"

#include <pb_encode.h>

#include <array>
#include <chrono>
#include <string_view>

#include "base/bytes.h"
#include "base/status.h"
#include "decode/sparkplug_fields.h"
#include "decode/sparkplug_payload.h"

namespace sluice::decode {
namespace {

constexpr std::string_view kName = "Node Control/Rebirth";
using Buffer = std::array<uint8_t, 64>;

bool WriteBytes(pb_ostream_t* out, uint32_t field, ByteSpan bytes) {
  return pb_encode_tag(out, PB_WT_STRING, field) &&
         pb_encode_string(out, bytes.data(), bytes.size());
}

bool WriteNumber(pb_ostream_t* out, uint32_t field, uint64_t number) {
  return pb_encode_tag(out, PB_WT_VARINT, field) && pb_encode_varint(out, number);
}

}  // namespace

std::string SparkplugRebirthCommand(WallTime now) {
  namespace metric = sparkplug::metric_field;
  namespace payload = sparkplug::payload_field;
  Buffer inner, outer;
  pb_ostream_t in = pb_ostream_from_buffer(inner.data(), inner.size());
  pb_ostream_t out = pb_ostream_from_buffer(outer.data(), outer.size());
  const int64_t millis = ToUnixNanos(now) / 1'000'000;
  const bool fits =
      WriteBytes(&in, metric::kName, AsBytes(kName)) &&
      WriteNumber(&in, metric::kType, static_cast<uint32_t>(SparkplugType::kBoolean)) &&
      WriteNumber(&in, metric::kBool, 1) &&
      WriteNumber(&out, payload::kTimestamp, static_cast<uint64_t>(millis)) &&
      WriteBytes(&out, payload::kMetrics, {inner.data(), in.bytes_written});
  SLUICE_CHECK(fits);
  return std::string(AsText({outer.data(), out.bytes_written}));
}

}  // namespace sluice::decode
