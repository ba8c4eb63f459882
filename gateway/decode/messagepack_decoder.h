#pragma once

#include "decode/decoder.h"
#include "decode/tree_builder.h"

namespace sluice::decode {

// MessagePack (github.com/msgpack/msgpack/blob/master/spec.md). Extensions are bytes; a number that
// is not finite is unreadable; text that is not UTF-8 is bytes, as old encoders send them.
//
// Written here because the library in Debian, libmsgpack-c, takes memory for as many items as a
// payload of five bytes claims to have, and for each payload anew.
class MessagePackDecoder final : public Decoder {
 public:
  explicit MessagePackDecoder(const Limits& limits) : limits_(limits), tree_(limits.max_depth) {}

  bool Decode(ByteSpan payload, Value* root, schema::Rejection* rejection) override;

 private:
  const Limits limits_;
  TreeBuilder tree_;
};

}  // namespace sluice::decode
