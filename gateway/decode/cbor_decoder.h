#pragma once

#include "decode/decoder.h"
#include "decode/tree_builder.h"

namespace sluice::decode {

// CBOR (RFC 8949), by libcbor's streaming interface, which allocates nothing: its tree would take
// memory by the counts that a payload claims. Tags are passed over: a tagged value is the value.
// Keys that are whole numbers are their decimal spelling. undefined is null; a number that is not
// finite is unreadable.
class CborDecoder final : public Decoder {
 public:
  explicit CborDecoder(const Limits& limits) : limits_(limits), tree_(limits.max_depth) {}

  bool Decode(ByteSpan payload, Value* root, schema::Rejection* rejection) override;

 private:
  const Limits limits_;
  TreeBuilder tree_;
};

}  // namespace sluice::decode
