#include "http/request_head.h"

#include <http_parser.h>

#include <algorithm>

namespace sluice::http {

std::string_view FullRequestHead::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

struct RequestHeadParser::Impl {
  explicit Impl(size_t max_bytes) : room(max_bytes) {
    http_parser_init(&parser, HTTP_REQUEST);
    parser.data = this;
    http_parser_settings_init(&settings);
    settings.on_url = [](http_parser* p, const char* at, size_t length) {
      Of(p).head.target.append(at, length);
      return 0;
    };
    settings.on_header_field = [](http_parser* p, const char* at, size_t length) {
      return Of(p).collected.OnName({at, length}) ? 0 : 1;
    };
    settings.on_header_value = [](http_parser* p, const char* at, size_t length) {
      return Of(p).collected.OnValue({at, length}) ? 0 : 1;
    };
    // Whatever follows is not ours to read: stop here.
    settings.on_headers_complete = [](http_parser* p) {
      Of(p).complete = true;
      return 2;
    };
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() = default;

  static Impl& Of(http_parser* p) { return *static_cast<Impl*>(p->data); }
  void Finish() {
    head.method = parser.method == HTTP_GET ? Method::kGet : Method::kOther;
    head.major = parser.http_major;
    head.minor = parser.http_minor;
    head.fields = collected.Take();
  }

  http_parser parser;
  http_parser_settings settings;
  FieldCollector collected;
  FullRequestHead head;
  bool complete = false;
  size_t room;
};

RequestHeadParser::RequestHeadParser(size_t max_bytes) : impl_(std::make_unique<Impl>(max_bytes)) {}
RequestHeadParser::~RequestHeadParser() = default;

RequestHeadParser::Outcome RequestHeadParser::Execute(ByteSpan in, size_t* used) {
  const ByteSpan taken = in.first(std::min(in.size(), impl_->room));
  http_parser* const parser = &impl_->parser;
  *used = http_parser_execute(parser, &impl_->settings, reinterpret_cast<const char*>(taken.data()),
                              taken.size());
  impl_->room -= std::min(impl_->room, *used);
  if (impl_->collected.full()) return Outcome::kTooLong;
  if (HTTP_PARSER_ERRNO(parser) != HPE_OK) return Outcome::kError;
  if (impl_->complete) {
    impl_->Finish();
    return Outcome::kHead;
  }
  return impl_->room == 0 ? Outcome::kTooLong : Outcome::kNeedMore;
}

const FullRequestHead& RequestHeadParser::head() const { return impl_->head; }

}  // namespace sluice::http
