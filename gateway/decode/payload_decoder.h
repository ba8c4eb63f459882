#pragma once

#include <optional>
#include <string>

#include "decode/cbor_decoder.h"
#include "decode/decoder.h"
#include "decode/encoding.h"
#include "decode/json_decoder.h"
#include "decode/messagepack_decoder.h"
#include "decode/origin.h"
#include "decode/senml_decoder.h"
#include "decode/sparkplug_decoder.h"

namespace sluice::decode {

// Makes documents of payloads in every format. Loop thread only. Keeps its memory from payload to
// payload: once it has seen its largest it allocates no more.
class PayloadDecoder {
 public:
  explicit PayloadDecoder(const Limits& limits)
      : limits_(limits),
        json_(limits),
        cbor_(limits),
        message_pack_(limits),
        senml_(json_, cbor_),
        sparkplug_(limits) {}

  // As Decoder::Decode. `*root` and the payload live equally long. An empty payload is refused.
  bool Decode(ByteSpan payload, const Encoding& encoding, Value* root, schema::Rejection* rejection,
              const Origin& origin = {});

  // What is to be published for the latest payload, once.
  std::optional<Request> TakeRequest() { return sparkplug_.TakeRequest(); }
  // What is remembered of devices, and how often they were asked for more.
  const StateStats& state() const { return sparkplug_.stats(); }
  uint64_t births_asked() const { return sparkplug_.asked(); }

 private:
  bool DecodeWritten(std::string_view text, const Encoding& encoding, Value* root,
                     schema::Rejection* rejection);
  bool DecodeText(std::string_view text, bool strict, Value* root, schema::Rejection* rejection);

  const Limits limits_;
  JsonDecoder json_;
  CborDecoder cbor_;
  MessagePackDecoder message_pack_;
  SenmlDecoder senml_;
  SparkplugDecoder sparkplug_;
  Document single_;  // of one text or string of bytes
};

}  // namespace sluice::decode
