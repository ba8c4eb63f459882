#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/fields.h"

namespace sluice::http {

enum class Method : uint8_t { kGet, kHead, kPost, kOther };

// What a request says of where it means to go and where it comes from.
struct RequestHead {
  size_t hosts = 0;  // how many Host headers there were
  std::string_view host = {};
  std::string_view origin = {};
  std::string_view referer = {};
};

// Views until the request is answered.
struct Request {
  Method method = Method::kGet;
  std::string_view path = {};   // "/metrics"
  std::string_view query = {};  // without its question mark
  RequestHead head = {};
  std::string_view body = {};
};

// What a request is answered with.
struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
  std::string allow = {};  // "GET, HEAD": the methods there are, with a 405
  Fields more = {};        // besides what every response has
};

}  // namespace sluice::http
