#include "normalise/payload_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>

namespace sluice::normalise {
namespace {

constexpr size_t kFirstCapacity = 4096;

void Reject(Reason reason, std::string_view text, Rejection* rejection) {
  rejection->reason = reason;
  rejection->text = text;
}

Reason ReasonOf(simdjson::error_code error) {
  return error == simdjson::DEPTH_ERROR ? Reason::kTooDeep : Reason::kInvalidJson;
}

}  // namespace

PayloadParser::PayloadParser(const Limits& limits)
    : max_payload_bytes_(limits.max_payload_bytes), max_depth_(limits.max_depth) {
  Grow(std::min(kFirstCapacity, max_payload_bytes_));
}

// In powers of two, so that slowly growing payloads do not reallocate each time.
bool PayloadParser::Grow(size_t size) {
  const size_t capacity = std::bit_ceil(size);
  padded_.resize(capacity + simdjson::SIMDJSON_PADDING);
  return parser_.allocate(capacity, max_depth_) == simdjson::SUCCESS;
}

bool PayloadParser::Parse(ByteSpan payload, simdjson::dom::element* root, Rejection* rejection) {
  if (payload.size() > max_payload_bytes_) {
    rejection->reason = Reason::kPayloadTooLarge;
    rejection->text.clear();
    fmt::format_to(std::back_inserter(rejection->text), "{} bytes; at most {} are read",
                   payload.size(), max_payload_bytes_);
    return false;
  }
  if (payload.empty()) {
    Reject(Reason::kInvalidJson, "the payload is empty", rejection);
    return false;
  }
  if (payload.size() > parser_.capacity() && !Grow(payload.size())) {
    Reject(Reason::kPayloadTooLarge, "no memory to read it", rejection);
    return false;
  }
  std::memcpy(padded_.data(), payload.data(), payload.size());
  std::memset(padded_.data() + payload.size(), 0, simdjson::SIMDJSON_PADDING);
  const auto error = parser_.parse(padded_.data(), payload.size(), false).get(*root);
  if (error == simdjson::SUCCESS) return true;
  Reject(ReasonOf(error), simdjson::error_message(error), rejection);
  return false;
}

}  // namespace sluice::normalise
