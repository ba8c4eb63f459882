#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "http/message.h"

namespace sluice::http {

// The client's side: reads one response out of bytes that come in pieces. Parsing is http-parser's.
// One thread.
class ResponseParser {
 public:
  enum class Outcome : uint8_t { kNeedMore, kResponse, kError };

  // A server that sends without end: a response of more bytes is an error.
  explicit ResponseParser(size_t max_bytes);
  ~ResponseParser();
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  // No bytes: the server has closed, which ends a response that does not say how long it is.
  Outcome Execute(ByteSpan in);
  Response TakeResponse();  // status and body, after kResponse; once

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::http
