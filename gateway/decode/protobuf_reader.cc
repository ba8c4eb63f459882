#include "decode/protobuf_reader.h"

namespace sluice::decode {

bool ProtobufReader::Next() {
  if (pending_ && !failed_) failed_ = !pb_skip_field(&stream_, type_);
  pending_ = false;
  if (failed_) return false;
  bool is_end = false;
  if (!pb_decode_tag(&stream_, &type_, &tag_, &is_end)) {
    failed_ = !is_end;
    return false;
  }
  pending_ = true;
  return true;
}

uint64_t ProtobufReader::TakeVarint() {
  uint64_t value = 0;
  pending_ = false;
  if (!pb_decode_varint(&stream_, &value)) failed_ = true;
  return value;
}

uint32_t ProtobufReader::TakeFixed32() {
  uint32_t value = 0;
  pending_ = false;
  if (!pb_decode_fixed32(&stream_, &value)) failed_ = true;
  return value;
}

uint64_t ProtobufReader::TakeFixed64() {
  uint64_t value = 0;
  pending_ = false;
  if (!pb_decode_fixed64(&stream_, &value)) failed_ = true;
  return value;
}

ByteSpan ProtobufReader::TakeBytes() {
  pending_ = false;
  pb_istream_t inner = PB_ISTREAM_EMPTY;
  if (!pb_make_string_substream(&stream_, &inner)) {
    failed_ = true;
    return {};
  }
  const size_t size = inner.bytes_left;
  if (!pb_close_string_substream(&stream_, &inner)) {
    failed_ = true;
    return {};
  }
  return message_.subspan(message_.size() - stream_.bytes_left - size, size);
}

}  // namespace sluice::decode
