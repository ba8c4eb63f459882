// Any bytes as messages from upstream: the consumer prints a JSON line an event or a gap, counts
// the rest, and holds a bounded memory of what it has seen. The input is cut into messages at
// 0xFF 0xFE.

#include <algorithm>
#include <string>

#include "base/status.h"
#include "tools/consumer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr uint8_t kCut[] = {0xff, 0xfe};
  sluice::tools::Consumer consumer;
  const uint8_t* const end = data + size;
  uint64_t lines = 0;
  for (const uint8_t* at = data;;) {
    const uint8_t* const cut = std::search(at, end, kCut, kCut + 2);
    std::string out;
    consumer.OnMessage({at, static_cast<size_t>(cut - at)}, &out);
    SLUICE_CHECK(out.empty() || (out.front() == '{' && out.ends_with("}\n")));
    lines += static_cast<uint64_t>(std::count(out.begin(), out.end(), '\n'));
    if (cut == end) break;
    at = cut + 2;
  }
  SLUICE_CHECK(lines == consumer.counts().events + consumer.counts().gaps);
  return 0;
}
