#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "http/fields.h"

namespace sluice::http {

// What stands before the body of a response: all that matters when another protocol follows it,
// after CONNECT or with 101.
struct ResponseHead {
  int status = 0;
  Fields fields;

  const std::string* Only(std::string_view lower_name) const {
    return OnlyField(fields, lower_name);
  }
  size_t Count(std::string_view lower_name) const { return CountField(fields, lower_name); }
};

// The client's side: reads one head out of bytes that come in pieces, and leaves what follows it.
// Parsing is http-parser's. One thread.
class ResponseHeadParser {
 public:
  enum class Outcome : uint8_t { kNeedMore, kHead, kTooLong, kError };

  // A server that sends without end: a head of more bytes is kTooLong.
  explicit ResponseHeadParser(size_t max_bytes);
  ~ResponseHeadParser();
  ResponseHeadParser(const ResponseHeadParser&) = delete;
  ResponseHeadParser& operator=(const ResponseHeadParser&) = delete;

  // *used says how many bytes of `in` are the head's. Not after anything but kNeedMore.
  Outcome Execute(ByteSpan in, size_t* used);
  const ResponseHead& head() const;  // after kHead

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::http
