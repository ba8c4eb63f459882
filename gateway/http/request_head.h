#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "http/fields.h"
#include "http/message.h"

namespace sluice::http {

// What stands before the body of a request: all that matters of one that asks for another protocol.
struct FullRequestHead {
  Method method = Method::kOther;  // kGet, or not
  unsigned major = 0, minor = 0;   // of HTTP
  std::string target;              // "/mqtt?a=b"
  Fields fields;

  // The target without what follows its question mark.
  std::string_view path() const;
};

// The server's side: reads one head out of bytes that come in pieces, and leaves what follows it.
// Parsing is http-parser's. One thread.
class RequestHeadParser {
 public:
  enum class Outcome : uint8_t { kNeedMore, kHead, kTooLong, kError };

  // A client that sends without end: a head of more bytes is kTooLong.
  explicit RequestHeadParser(size_t max_bytes);
  ~RequestHeadParser();
  RequestHeadParser(const RequestHeadParser&) = delete;
  RequestHeadParser& operator=(const RequestHeadParser&) = delete;

  // *used says how many bytes of `in` are the head's. Not after anything but kNeedMore.
  Outcome Execute(ByteSpan in, size_t* used);
  const FullRequestHead& head() const;  // after kHead

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::http
