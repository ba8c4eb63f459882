#pragma once

#include <memory>

#include "decode/decoder.h"

namespace sluice::decode {

// JSON (RFC 8259). The whole payload is checked: that it is JSON and nothing else, UTF-8, and no
// number too large for a double. Keeps its memory from payload to payload: once it has seen its
// largest it allocates no more.
//
// One number that no type holds (1e999, or a whole one above 2^64) costs the whole payload today,
// because simdjson's dom stops there. Where that shall cost its member only: when Decode meets
// NUMBER_ERROR, a second, slow pass with simdjson's on-demand parser, which reads value by value
// and hands out the text of what it cannot read, into the same Document.
class JsonDecoder final : public Decoder {
 public:
  explicit JsonDecoder(const Limits& limits);
  ~JsonDecoder() override;

  bool Decode(ByteSpan payload, Value* root, schema::Rejection* rejection) override;

 private:
  struct Parser;
  bool Grow(size_t size);
  bool HasRoomFor(size_t size, schema::Rejection* rejection);

  const Limits limits_;
  const std::unique_ptr<Parser> parser_;
};

}  // namespace sluice::decode
