#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "decode/document.h"
#include "schema/dead_letter.h"

namespace sluice::decode {

// Bounds on what one payload may cost. Each stops a hostile or broken device.
struct Limits {
  size_t max_payload_bytes = 256 * 1024;  // a decoder's memory grows to about 23 bytes for each
  size_t max_depth = 32;                  // [[[[… against the parser's stack of scopes
  // Of what is remembered of devices (device_states.h): names of devices that never end.
  size_t max_state_bytes = 128 << 10;
};

// Makes documents of payloads in one format; one virtual call a message. Loop thread only.
//
// A format is a pair of files beside json_decoder and a profile that asks for it. Plain text needs
// no more than one Document::Add, and the profile's pointer "". A format that carries readings of
// its own, with names, units and times (SenML, Sparkplug B), makes a document of one shape of them
// (readings_document.h), so that the language of profiles is the same for all.
class Decoder {
 public:
  virtual ~Decoder() = default;

  // On success `*root` is valid until the next call. Otherwise fills `*rejection`: too long or too
  // deep, or kInvalidJson for JSON and kInvalidPayload for every other format.
  virtual bool Decode(ByteSpan payload, Value* root, schema::Rejection* rejection) = 0;
};

}  // namespace sluice::decode
