#include "http/response_writer.h"

#include <fmt/format.h>
#include <http_parser.h>

#include <iterator>

namespace sluice::http {
namespace {

const char* ReasonOf(int status) { return http_status_str(static_cast<http_status>(status)); }

}  // namespace

void AppendResponse(const Response& response, bool with_body, bool keep_alive, ByteBuffer* out) {
  fmt::memory_buffer head;
  fmt::format_to(std::back_inserter(head),
                 "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: {}\r\n",
                 response.status, ReasonOf(response.status), response.content_type,
                 response.body.size(), keep_alive ? "keep-alive" : "close");
  if (!response.allow.empty()) {
    fmt::format_to(std::back_inserter(head), "Allow: {}\r\n", response.allow);
  }
  for (const auto& [name, value] : response.more) {
    fmt::format_to(std::back_inserter(head), "{}: {}\r\n", name, value);
  }
  out->Append(std::string_view(head.data(), head.size()));
  out->Append("\r\n");
  if (with_body) out->Append(response.body);
}

Response PlainResponse(int status) {
  Response response;
  response.status = status;
  response.body = fmt::format("{}\n", ReasonOf(status));
  return response;
}

}  // namespace sluice::http
