#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "base/byte_buffer.h"
#include "base/bytes.h"
#include "http/message.h"
#include "http/request_parser.h"

namespace sluice::http {

// What a request is answered with, whatever its method and path. The answer to a HEAD is the one to
// a GET; its body is not sent.
using Handler = std::function<Response(const Request&)>;
// Looks at every request before the handler; what it returns is the answer instead, and the last
// one.
using Guard = std::function<std::optional<Response>(const RequestHead&)>;

// No keys: what we are asked for needs a fraction of it, whatever the field is like.
struct Limits {
  // A peer that sends without end: request line, headers and body of a request. Beyond it 414, 431
  // or 413, by where it was, and the end of the connection.
  size_t max_request_bytes = 8 * 1024;
  // Requests on one connection before it is closed: nobody keeps a connection for ever.
  uint32_t max_requests = 1000;
  // A small input with many requests whose answers are large: once this much waits in the output,
  // the next answer is the last.
  size_t max_output_bytes = 256 * 1024;
};

// The server's side of one HTTP/1.0 or 1.1 connection, without I/O and without a clock: bytes in,
// bytes out. One thread.
class HttpSession {
 public:
  // `handler` and `guard`, which may be null, are called from within Receive and outlive the
  // session.
  HttpSession(const Limits& limits, const Handler* handler, const Guard* guard = nullptr);
  HttpSession(const HttpSession&) = delete;
  HttpSession& operator=(const HttpSession&) = delete;

  // Takes all of `in` and appends what is to be sent to `out`. Several requests may come at once, a
  // request in pieces. Without effect once closed.
  void Receive(ByteSpan in, ByteBuffer* out);
  // The request did not come in time: 408, if there was a part of one, and the end.
  void OnTimeout(ByteBuffer* out);

  // True once nothing more is read: send what is in the output, then close.
  bool closed() const { return closed_; }
  // Whether a request has begun and is not complete.
  bool in_request() const { return parser_.stage() != RequestParser::Stage::kIdle; }

 private:
  void OnRequest(ByteBuffer* out);
  void Fail(int status, ByteBuffer* out);
  void End(const Response& response, ByteBuffer* out);

  const Limits limits_;
  const Handler& handler_;
  const Guard* const guard_;
  RequestParser parser_;
  uint32_t requests_ = 0;
  bool closed_ = false;
};

}  // namespace sluice::http
