#pragma once

#include <simdjson.h>

#include <vector>

#include "base/bytes.h"
#include "normalise/dead_letter.h"
#include "normalise/limits.h"

namespace sluice::normalise {

// Parses one payload after the other with the same memory. The whole payload is checked: that it is
// JSON and nothing else, UTF-8, and no number too large for a double.
class PayloadParser {
 public:
  explicit PayloadParser(const Limits& limits);

  // On success `*root` is valid until the next call. Otherwise fills `*rejection`.
  bool Parse(ByteSpan payload, simdjson::dom::element* root, Rejection* rejection);

 private:
  bool Grow(size_t size);

  const size_t max_payload_bytes_;
  const size_t max_depth_;
  simdjson::dom::parser parser_;
  // The payload again with room behind it, because simdjson reads past the end in whole vector
  // registers.
  std::vector<uint8_t> padded_;
};

}  // namespace sluice::normalise
