// Any bytes as the header of a proxy: what is found in it does not depend on how much has come
// behind it, it is bounded, and an address that it names can be written and read.

#include <string>

#include "base/status.h"
#include "transport/proxy_header.h"
#include "transport/socket_address.h"

namespace sluice::transport {
namespace {

using Outcome = ProxyHeaderOutcome;

std::string SourceIn(const ProxyHeader& header) {
  if (!header.source) return "";
  std::string text = FormatSocketAddress(*header.source);
  const auto again = ParseSocketAddress(text);
  SLUICE_CHECK(again.ok() && SourceOf(*again) == SourceOf(*header.source));
  return text;
}

void Check(ByteSpan bytes) {
  ProxyHeader found;
  Outcome outcome = Outcome::kNeedMore;
  for (size_t size = 0; size <= bytes.size(); ++size) {
    ProxyHeader header;
    const Outcome now = ParseProxyHeader(bytes.first(size), &header);
    if (outcome != Outcome::kNeedMore) {
      SLUICE_CHECK(now == outcome);
      if (now == Outcome::kDone) {
        SLUICE_CHECK(header.size == found.size && SourceIn(header) == SourceIn(found));
      }
      continue;
    }
    SLUICE_CHECK(now != Outcome::kNeedMore || size < kMaxProxyHeaderBytes);
    if (now == Outcome::kDone) SLUICE_CHECK(header.size == size);
    outcome = now;
    found = header;
  }
}

}  // namespace
}  // namespace sluice::transport

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMost = 2 * sluice::transport::kMaxProxyHeaderBytes;
  if (size <= kMost) sluice::transport::Check({data, size});
  return 0;
}
