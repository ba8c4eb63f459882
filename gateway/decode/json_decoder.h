#pragma once

#include <memory>

#include "decode/decoder.h"
#include "decode/encoding.h"

namespace sluice::decode {

// JSON (RFC 8259). The whole payload is checked: that it is JSON and nothing else, UTF-8, and no
// number too large for a double. Keeps its memory from payload to payload: once it has seen its
// largest it allocates no more.
//
// simdjson's dom stops at a number that no type holds (1e999, or a whole one above 2^64) and at
// `nan`. So that these cost their member only, what it refuses is written anew (json_repair.h) and
// parsed a second time: a slow path that payloads which are JSON never see, bounded by
// max_payload_bytes as the first. Its on-demand parser, which hands out what it cannot read, was
// rejected for this: it does not check what it does not look at, and knows no single quotes.
class JsonDecoder final : public Decoder {
 public:
  explicit JsonDecoder(const Limits& limits);
  ~JsonDecoder() override;

  // Tolerates nothing.
  bool Decode(ByteSpan payload, Value* root, schema::Rejection* rejection) override;
  // Marks numbers that no type holds as unreadable, and overlooks what `tolerate` says of JSON.
  bool Decode(ByteSpan payload, const Tolerances& tolerate, Value* root,
              schema::Rejection* rejection);

 private:
  struct Parser;
  bool Grow(size_t size);
  int Parse(ByteSpan payload);
  bool Mend(ByteSpan payload, const Tolerances& tolerate);
  bool HasRoomFor(size_t size, schema::Rejection* rejection);

  const Limits limits_;
  const std::unique_ptr<Parser> parser_;
};

}  // namespace sluice::decode
