#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace sluice::transport {

// What a proxy sends before anything of the client's: whom it speaks for. The PROXY protocol of
// HAProxy, versions 1 (a line of text) and 2 (binary), https://www.haproxy.org/download/2.8/doc/
// proxy-protocol.txt. Sans-IO.
struct ProxyHeader {
  size_t size = 0;  // in bytes; the client's own follow
  // Who connected to the proxy. None: it does not say (UNKNOWN, a local socket), or asks for itself
  // (LOCAL, as for a health check).
  std::optional<sockaddr_storage> source = {};
};

enum class ProxyHeaderOutcome : uint8_t { kNeedMore, kDone, kMalformed, kTooLong };

// A line has at most 107 bytes, a binary header 16 and what it says follows; its further fields
// (TLVs) are skipped. Stops a peer from feeding us memory before it has said whom it speaks for.
inline constexpr size_t kMaxProxyHeaderBytes = 4 * 1024;

// Reads the header at the front of `bytes`, which are all that have come so far.
ProxyHeaderOutcome ParseProxyHeader(ByteSpan bytes, ProxyHeader* header);

}  // namespace sluice::transport
