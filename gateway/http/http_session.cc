#include "http/http_session.h"

#include <algorithm>

#include "http/response_writer.h"

namespace sluice::http {
namespace {

constexpr int kBadRequest = 400;
constexpr int kRequestTimeout = 408;
constexpr int kPayloadTooLarge = 413;
constexpr int kUriTooLong = 414;
constexpr int kHeaderFieldsTooLarge = 431;
constexpr int kVersionNotSupported = 505;

// What a request that never ends is told, by where it was.
int TooLargeStatus(RequestParser::Stage stage) {
  switch (stage) {
    case RequestParser::Stage::kHeaders:
      return kHeaderFieldsTooLarge;
    case RequestParser::Stage::kBody:
      return kPayloadTooLarge;
    default:
      return kUriTooLong;
  }
}

}  // namespace

HttpSession::HttpSession(const Limits& limits, const Handler* handler, const Guard* guard)
    : limits_(limits), handler_(*handler), guard_(guard) {}

void HttpSession::Receive(ByteSpan in, ByteBuffer* out) {
  while (!closed_ && !in.empty()) {
    const size_t room = limits_.max_request_bytes - parser_.size();
    if (room == 0) return Fail(TooLargeStatus(parser_.stage()), out);
    size_t used = 0;
    const auto outcome = parser_.Execute(in.first(std::min(in.size(), room)), &used);
    if (outcome == RequestParser::Outcome::kError) return Fail(kBadRequest, out);
    in = in.subspan(used);
    if (outcome == RequestParser::Outcome::kRequest) {
      OnRequest(out);
      parser_.NextRequest();
    }
  }
}

void HttpSession::OnTimeout(ByteBuffer* out) {
  if (closed_) return;
  if (in_request()) return Fail(kRequestTimeout, out);
  closed_ = true;
}

void HttpSession::OnRequest(ByteBuffer* out) {
  const Request request = parser_.request();
  if (parser_.major_version() != 1) return Fail(kVersionNotSupported, out);
  if (guard_ != nullptr) {
    if (const auto refusal = (*guard_)(request.head)) return End(*refusal, out);
  }
  closed_ = !parser_.keep_alive() || ++requests_ >= limits_.max_requests ||
            out->size() >= limits_.max_output_bytes;
  AppendResponse(handler_(request), request.method != Method::kHead, !closed_, out);
}

// What comes behind a request that we could not read cannot be read either.
void HttpSession::Fail(int status, ByteBuffer* out) { End(PlainResponse(status), out); }

void HttpSession::End(const Response& response, ByteBuffer* out) {
  AppendResponse(response, /*with_body=*/true, /*keep_alive=*/false, out);
  closed_ = true;
}

}  // namespace sluice::http
