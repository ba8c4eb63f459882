#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_buffer.h"
#include "base/bytes.h"

namespace sluice::http {

// What a request is answered with.
struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// Maps the path of a GET ("/metrics", without its query) to the answer; status 404 for one that
// does not exist.
using Handler = std::function<Response(std::string_view path)>;

// What a request says of where it means to go and where it comes from; views until the answer.
struct RequestHead {
  size_t hosts = 0;  // how many Host headers there were
  std::string_view host = {};
  std::string_view origin = {};
  std::string_view referer = {};
};
// Looks at every request before the handler; what it returns is the answer instead, and the last
// one.
using Guard = std::function<std::optional<Response>(const RequestHead&)>;

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
// bytes out. Knows GET and HEAD; bodies are read over. Parsing is http-parser's (Debian's 2.9),
// which no header shows. One thread.
class HttpSession {
 public:
  // `handler` and `guard`, which may be null, are called from within Receive and outlive the
  // session.
  HttpSession(const Limits& limits, const Handler* handler, const Guard* guard = nullptr);
  ~HttpSession();
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
  bool in_request() const;

 private:
  class Parser;
  struct Request;

  void OnRequest(const Request& request, ByteBuffer* out);
  void Fail(int status, ByteBuffer* out);
  void End(const Response& response, ByteBuffer* out);

  const Limits limits_;
  const Handler& handler_;
  const Guard* const guard_;
  std::unique_ptr<Parser> parser_;
  uint32_t requests_ = 0;
  bool closed_ = false;
};

}  // namespace sluice::http
