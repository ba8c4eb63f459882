// Messages of Sparkplug B, one after the other, so that births, data and deaths meet: each begins
// with a byte that chooses topic and publisher, and one for its length. No bytes may make the
// decoder read beyond them, remember more than it may, or build a document that a walk does not end
// in.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "decode/sparkplug_decoder.h"
#include "document_count.h"

namespace sluice::decode {
namespace {

constexpr std::array<std::string_view, 8> kTopics = {
    "spBv1.0/G/NBIRTH/N",  "spBv1.0/G/NDATA/N",    "spBv1.0/G/NDEATH/N",   "spBv1.0/G/DBIRTH/N/D",
    "spBv1.0/G/DDATA/N/D", "spBv1.0/G/DDEATH/N/D", "spBv1.0/G/DBIRTH/N/E", "p/spBv1.0/G/DDATA/N/E"};

void Give(SparkplugDecoder& decoder, uint8_t choice, ByteSpan payload, const Limits& limits) {
  const Origin origin{.topic = kTopics[choice % kTopics.size()],
                      .identity = (choice & 0x10) != 0 ? "a" : "b",
                      .now = MonotonicTime(std::chrono::seconds(choice)),
                      .replayed = (choice & 0x20) != 0};
  Value root;
  schema::Rejection rejection;
  if (decoder.Decode(payload, origin, &root, &rejection)) {
    SLUICE_CHECK(CountValues(root) <=
                 8 + 6 * (ReadingsDocument::kMaxReadings + ReadingsDocument::kMaxMoments));
  } else {
    SLUICE_CHECK(rejection.reason != schema::DeadLetterReason::kNone && !rejection.text.empty());
  }
  SLUICE_CHECK(decoder.stats().bytes <= limits.max_state_bytes);
}

void Run(ByteSpan input) {
  Limits limits;
  limits.max_state_bytes = 4096;
  SparkplugDecoder decoder(limits);
  while (input.size() >= 2) {
    const size_t size = std::min<size_t>(input[1], input.size() - 2);
    Give(decoder, input[0], input.subspan(2, size), limits);
    input = input.subspan(2 + size);
  }
}

}  // namespace
}  // namespace sluice::decode

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sluice::decode::Run({data, size});
  return 0;
}
