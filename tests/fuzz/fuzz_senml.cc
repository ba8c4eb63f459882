// SenML packs, in JSON or CBOR as their first byte says: no bytes may make the resolver read beyond
// them, keep more than its limits, or build a document that a walk does not end in.

#include <cstdint>
#include <cstdlib>

#include "decode/payload_decoder.h"
#include "document_count.h"

namespace sluice::decode {
namespace {

void Run(ByteSpan payload) {
  static PayloadDecoder decoder{Limits()};
  Value root;
  schema::Rejection rejection;
  if (!decoder.Decode(payload, {.format = Format::kSenml}, &root, &rejection)) {
    return SLUICE_CHECK(rejection.reason != schema::DeadLetterReason::kNone &&
                        !rejection.text.empty() && rejection.text.size() < 512);
  }
  SLUICE_CHECK(CountValues(root) <=
               2 + 5 * ReadingsDocument::kMaxReadings + 5 * ReadingsDocument::kMaxMoments);
}

}  // namespace
}  // namespace sluice::decode

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::decode::Run({data, size});
  return 0;
}
