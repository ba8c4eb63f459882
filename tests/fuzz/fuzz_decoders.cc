// Payloads of every format but JSON, which the normaliser's fuzzer has: no bytes may make a decoder
// read beyond them, take memory that they do not account for, or build a document that a walk does
// not end in. The first byte chooses the format.

#include <cstdint>
#include <cstdlib>

#include "decode/payload_decoder.h"
#include "document_count.h"

namespace sluice::decode {
namespace {

constexpr Format kFormats[] = {Format::kCbor, Format::kMessagePack, Format::kJsonOrText,
                               Format::kText};

void Run(ByteSpan input) {
  static PayloadDecoder decoder{Limits()};
  Encoding encoding{.format = kFormats[input[0] % std::size(kFormats)]};
  encoding.tolerate.single_quotes = (input[0] & 0x80) != 0;
  const ByteSpan payload = input.subspan(1);
  Value root;
  schema::Rejection rejection;
  if (decoder.Decode(payload, encoding, &root, &rejection)) {
    SLUICE_CHECK(CountValues(root) <= 4 * payload.size() + 1);
  } else {
    SLUICE_CHECK(rejection.reason != schema::DeadLetterReason::kNone && !rejection.text.empty());
  }
}

}  // namespace
}  // namespace sluice::decode

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 0) sluice::decode::Run({data, size});
  return 0;
}
