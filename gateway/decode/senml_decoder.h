#pragma once

#include <string>

#include "decode/cbor_decoder.h"
#include "decode/encoding.h"
#include "decode/json_decoder.h"
#include "decode/readings_document.h"
#include "decode/senml_resolver.h"

namespace sluice::decode {

// SenML packs (RFC 8428) in JSON or CBOR, which their first byte tells apart: a list of CBOR begins
// with 0x80 or more. The document is that of readings_document.h. Keeps its memory from payload to
// payload.
class SenmlDecoder {
 public:
  // Both outlive this; their documents hold while its own does.
  SenmlDecoder(JsonDecoder& json, CborDecoder& cbor) : json_(json), cbor_(cbor) {}

  // Whether it is no JSON, before which a byte order mark may stand.
  static bool IsCbor(ByteSpan payload) {
    return !payload.empty() && payload.front() >= 0x80 && payload.front() != 0xef;
  }

  // As Decoder::Decode; `tolerate` is about JSON.
  bool Decode(ByteSpan payload, const Tolerances& tolerate, Value* root,
              schema::Rejection* rejection);

 private:
  JsonDecoder& json_;
  CborDecoder& cbor_;
  SenmlResolver resolver_;
  ReadingsDocument readings_;
};

}  // namespace sluice::decode
