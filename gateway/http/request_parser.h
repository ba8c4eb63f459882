#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "http/message.h"

namespace sluice::http {

// Reads requests, one at a time, out of bytes that come in pieces. Keeps what it has read of one,
// without a bound of its own: who feeds it asks for its size. Parsing is http-parser's (Debian's
// 2.9), which no header shows. One thread.
class RequestParser {
 public:
  enum class Outcome : uint8_t { kNeedMore, kRequest, kError };
  enum class Stage : uint8_t { kIdle, kRequestLine, kHeaders, kBody };

  RequestParser();
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  // Reads up to the end of a request; *used says how many bytes that were.
  Outcome Execute(ByteSpan in, size_t* used);

  // The next four are for kRequest, until NextRequest.
  Request request() const;
  unsigned major_version() const;
  bool keep_alive() const;
  void NextRequest();

  Stage stage() const;
  size_t size() const;  // of the present request so far

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::http
