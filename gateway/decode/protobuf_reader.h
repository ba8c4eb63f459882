#pragma once

#include <pb_decode.h>

#include <cstdint>

#include "base/bytes.h"

namespace sluice::decode {

// Walks the fields of one protobuf message, by nanopb's streaming interface: no generated code, no
// allocation, no recursion. A message inside of one is bytes, and another reader's.
//
//   for (ProtobufReader reader(message); reader.Next();) {
//     if (reader.Is(1, PB_WT_VARINT)) reader.TakeVarint(&timestamp);
//   }
//
// What is not taken is passed over.
class ProtobufReader {
 public:
  explicit ProtobufReader(ByteSpan message)
      : message_(message), stream_(pb_istream_from_buffer(message.data(), message.size())) {}

  // False: there is no further field, or failed().
  bool Next();
  // What is no protobuf: cut off, longer than what it is in, an unknown wire type.
  bool failed() const { return failed_; }

  // Whether the field is this one. One that comes in another wire type is one that nobody knows.
  bool Is(uint32_t tag, pb_wire_type_t type) const { return tag_ == tag && type_ == type; }
  uint32_t tag() const { return tag_; }

  // Each once a field, of its wire type.
  uint64_t TakeVarint();
  uint32_t TakeFixed32();
  uint64_t TakeFixed64();
  ByteSpan TakeBytes();  // a view of the message

 private:
  const ByteSpan message_;
  pb_istream_t stream_;
  uint32_t tag_ = 0;
  pb_wire_type_t type_ = PB_WT_VARINT;
  bool pending_ = false;  // the field is not taken yet
  bool failed_ = false;
};

}  // namespace sluice::decode
