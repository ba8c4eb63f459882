#include "http/response_parser.h"

#include <http_parser.h>

#include <utility>

namespace sluice::http {

struct ResponseParser::Impl {
  explicit Impl(size_t max_bytes) : room(max_bytes) {
    http_parser_init(&parser, HTTP_RESPONSE);
    parser.data = this;
    http_parser_settings_init(&settings);
    settings.on_body = [](http_parser* p, const char* at, size_t length) {
      static_cast<Impl*>(p->data)->body.append(at, length);
      return 0;
    };
    settings.on_message_complete = [](http_parser* p) {
      http_parser_pause(p, 1);
      return 0;
    };
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() = default;

  http_parser parser;
  http_parser_settings settings;
  std::string body;
  size_t room;
};

ResponseParser::ResponseParser(size_t max_bytes) : impl_(std::make_unique<Impl>(max_bytes)) {}
ResponseParser::~ResponseParser() = default;

ResponseParser::Outcome ResponseParser::Execute(ByteSpan in) {
  if (in.size() > impl_->room) return Outcome::kError;
  impl_->room -= in.size();
  http_parser* const parser = &impl_->parser;
  http_parser_execute(parser, &impl_->settings, reinterpret_cast<const char*>(in.data()),
                      in.size());
  const http_errno error = HTTP_PARSER_ERRNO(parser);
  if (error == HPE_PAUSED) return Outcome::kResponse;
  return error == HPE_OK && parser->upgrade == 0 && !in.empty() ? Outcome::kNeedMore
                                                                : Outcome::kError;
}

Response ResponseParser::TakeResponse() {
  Response response;
  response.status = static_cast<int>(impl_->parser.status_code);
  response.body = std::move(impl_->body);
  return response;
}

}  // namespace sluice::http
