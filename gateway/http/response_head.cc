#include "http/response_head.h"

#include <http_parser.h>

#include <algorithm>

namespace sluice::http {

struct ResponseHeadParser::Impl {
  explicit Impl(size_t max_bytes) : room(max_bytes) {
    http_parser_init(&parser, HTTP_RESPONSE);
    parser.data = this;
    http_parser_settings_init(&settings);
    settings.on_header_field = [](http_parser* p, const char* at, size_t length) {
      return Of(p).OnField({at, length});
    };
    settings.on_header_value = [](http_parser* p, const char* at, size_t length) {
      return Of(p).OnValue({at, length});
    };
    // There is no body, whatever the fields say (RFC 9110, section 9.3.6): stop here.
    settings.on_headers_complete = [](http_parser* p) {
      Of(p).complete = true;
      return 2;
    };
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() = default;

  static Impl& Of(http_parser* p) { return *static_cast<Impl*>(p->data); }
  int OnField(std::string_view piece) { return collected.OnName(piece) ? 0 : 1; }
  int OnValue(std::string_view piece) { return collected.OnValue(piece) ? 0 : 1; }

  http_parser parser;
  http_parser_settings settings;
  FieldCollector collected;
  ResponseHead head;
  bool complete = false;
  size_t room;
};

ResponseHeadParser::ResponseHeadParser(size_t max_bytes)
    : impl_(std::make_unique<Impl>(max_bytes)) {}
ResponseHeadParser::~ResponseHeadParser() = default;

ResponseHeadParser::Outcome ResponseHeadParser::Execute(ByteSpan in, size_t* used) {
  const ByteSpan taken = in.first(std::min(in.size(), impl_->room));
  http_parser* const parser = &impl_->parser;
  *used = http_parser_execute(parser, &impl_->settings, reinterpret_cast<const char*>(taken.data()),
                              taken.size());
  impl_->room -= std::min(impl_->room, *used);
  if (impl_->collected.full()) return Outcome::kTooLong;
  if (HTTP_PARSER_ERRNO(parser) != HPE_OK) return Outcome::kError;
  if (impl_->complete) {
    impl_->head.status = static_cast<int>(parser->status_code);
    impl_->head.fields = impl_->collected.Take();
    return Outcome::kHead;
  }
  return impl_->room == 0 ? Outcome::kTooLong : Outcome::kNeedMore;
}

const ResponseHead& ResponseHeadParser::head() const { return impl_->head; }

}  // namespace sluice::http
