// Any bytes as HTTP requests, whole and in pieces: where the pieces end must not change a byte of
// the answer; it is bounded, and nothing is read once the session has closed.

#include <string>
#include <string_view>

#include "base/status.h"
#include "http/http_session.h"

namespace sluice::http {
namespace {

constexpr Limits kLimits{.max_request_bytes = 512, .max_requests = 8, .max_output_bytes = 2048};

Response Answer(const Request& request) {
  SLUICE_CHECK(request.body.size() <= kLimits.max_request_bytes);
  if (request.path == "/missing") return {404, "text/plain", "no"};
  return {200, "text/plain", std::string(request.path) + std::string(request.body)};
}

// `piece` bytes at a time.
std::string Serve(ByteSpan bytes, size_t piece, bool* closed) {
  const Handler handler = Answer;
  HttpSession session(kLimits, &handler);
  ByteBuffer out;
  while (!bytes.empty()) {
    const ByteSpan now = bytes.first(std::min(piece, bytes.size()));
    const size_t before = out.size();
    const bool was_closed = session.closed();
    session.Receive(now, &out);
    if (was_closed) SLUICE_CHECK(out.size() == before);
    bytes = bytes.subspan(now.size());
  }
  session.OnTimeout(&out);
  *closed = session.closed();
  return {reinterpret_cast<const char*>(out.data()), out.size()};
}

}  // namespace
}  // namespace sluice::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sluice::http;
  bool whole_closed = false;
  const std::string whole = Serve({data, size}, SIZE_MAX, &whole_closed);
  SLUICE_CHECK(whole_closed);
  SLUICE_CHECK(whole.empty() || whole.starts_with("HTTP/1.1 "));
  for (const size_t piece : {size_t{1}, size_t{7}}) {
    bool closed = false;
    SLUICE_CHECK(Serve({data, size}, piece, &closed) == whole);
  }
  return 0;
}
