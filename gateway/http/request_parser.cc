#include "http/request_parser.h"

#include <http_parser.h>

#include <algorithm>
#include <string>
#include <utility>

namespace sluice::http {

struct RequestParser::Impl {
  Impl() {
    http_parser_init(&parser, HTTP_REQUEST);
    parser.data = this;
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() = default;

  // Fields and values come in pieces.
  int OnField(std::string_view piece) {
    if (std::exchange(in_value, false)) field.clear();
    field += piece;
    return Enter(Stage::kHeaders);
  }
  int OnValue(std::string_view piece) {
    const bool is_new = !std::exchange(in_value, true);
    if (IsField("host")) {
      hosts += is_new ? 1 : 0;
      host += piece;
    }
    if (IsField("origin")) origin += piece;
    if (IsField("referer")) referer += piece;
    return 0;
  }
  bool IsField(std::string_view lower) const {
    return std::equal(field.begin(), field.end(), lower.begin(), lower.end(),
                      [](char a, char b) { return (a | 0x20) == b; });
  }
  int Enter(Stage entered) {
    stage = std::max(stage, entered);
    return 0;
  }

  http_parser parser;
  std::string target;
  std::string field;  // under way
  std::string host, origin, referer;
  std::string body;
  bool in_value = false;
  size_t hosts = 0;
  size_t size = 0;
  Stage stage = Stage::kIdle;

  static Impl& Of(http_parser* parser) { return *static_cast<Impl*>(parser->data); }
  static http_parser_settings MakeSettings();
};

// It stops behind each request.
http_parser_settings RequestParser::Impl::MakeSettings() {
  http_parser_settings settings;
  http_parser_settings_init(&settings);
  settings.on_message_begin = [](http_parser* p) { return Of(p).Enter(Stage::kRequestLine); };
  settings.on_url = [](http_parser* p, const char* at, size_t length) {
    Of(p).target.append(at, length);
    return 0;
  };
  settings.on_header_field = [](http_parser* p, const char* at, size_t length) {
    return Of(p).OnField({at, length});
  };
  settings.on_header_value = [](http_parser* p, const char* at, size_t length) {
    return Of(p).OnValue({at, length});
  };
  settings.on_headers_complete = [](http_parser* p) { return Of(p).Enter(Stage::kBody); };
  settings.on_body = [](http_parser* p, const char* at, size_t length) {
    Of(p).body.append(at, length);
    return 0;
  };
  settings.on_message_complete = [](http_parser* p) {
    http_parser_pause(p, 1);
    return 0;
  };
  return settings;
}

namespace {

Method MethodOf(unsigned method) {
  switch (method) {
    case HTTP_GET:
      return Method::kGet;
    case HTTP_HEAD:
      return Method::kHead;
    case HTTP_POST:
      return Method::kPost;
    default:
      return Method::kOther;
  }
}

}  // namespace

RequestParser::RequestParser() : impl_(std::make_unique<Impl>()) {}
RequestParser::~RequestParser() = default;

RequestParser::Outcome RequestParser::Execute(ByteSpan in, size_t* used) {
  static const http_parser_settings settings = Impl::MakeSettings();
  http_parser* const parser = &impl_->parser;
  *used =
      http_parser_execute(parser, &settings, reinterpret_cast<const char*>(in.data()), in.size());
  impl_->size += *used;
  const http_errno error = HTTP_PARSER_ERRNO(parser);
  if (error == HPE_PAUSED) return Outcome::kRequest;
  return error == HPE_OK && parser->upgrade == 0 ? Outcome::kNeedMore : Outcome::kError;
}

Request RequestParser::request() const {
  const std::string_view target = impl_->target;
  const size_t mark = std::min(target.find('?'), target.size());
  return {.method = MethodOf(impl_->parser.method),
          .path = target.substr(0, mark),
          .query = target.substr(std::min(mark + 1, target.size())),
          .head = {impl_->hosts, impl_->host, impl_->origin, impl_->referer},
          .body = impl_->body};
}

unsigned RequestParser::major_version() const { return impl_->parser.http_major; }

// Somebody who wants another protocol gets an answer in this one, and nothing after it.
bool RequestParser::keep_alive() const {
  return http_should_keep_alive(&impl_->parser) != 0 && impl_->parser.upgrade == 0;
}

void RequestParser::NextRequest() {
  http_parser_pause(&impl_->parser, 0);
  Impl& i = *impl_;
  for (std::string* text : {&i.target, &i.field, &i.host, &i.origin, &i.referer, &i.body}) {
    text->clear();
  }
  i.hosts = i.size = 0;
  i.stage = Stage::kIdle;
}

RequestParser::Stage RequestParser::stage() const { return impl_->stage; }
size_t RequestParser::size() const { return impl_->size; }

}  // namespace sluice::http
