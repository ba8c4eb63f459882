#include "http/response_head.h"

#include <http_parser.h>

#include <algorithm>

namespace sluice::http {

const std::string* ResponseHead::Only(std::string_view lower_name) const {
  const std::string* found = nullptr;
  for (const auto& [name, value] : fields) {
    if (name != lower_name) continue;
    if (found != nullptr) return nullptr;
    found = &value;
  }
  return found;
}

size_t ResponseHead::Count(std::string_view lower_name) const {
  return static_cast<size_t>(
      std::ranges::count_if(fields, [&](const auto& field) { return field.first == lower_name; }));
}

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
  // Fields and values come in pieces.
  int OnField(std::string_view piece) {
    if (in_value || head.fields.empty()) head.fields.emplace_back();
    in_value = false;
    for (const char c : piece) {
      head.fields.back().first += static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    }
    return 0;
  }
  int OnValue(std::string_view piece) {
    if (head.fields.empty()) return 1;
    in_value = true;
    head.fields.back().second += piece;
    return 0;
  }

  http_parser parser;
  http_parser_settings settings;
  ResponseHead head;
  bool in_value = false;
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
  if (HTTP_PARSER_ERRNO(parser) != HPE_OK) return Outcome::kError;
  if (impl_->complete) {
    impl_->head.status = static_cast<int>(parser->status_code);
    return Outcome::kHead;
  }
  return impl_->room == 0 ? Outcome::kTooLong : Outcome::kNeedMore;
}

const ResponseHead& ResponseHeadParser::head() const { return impl_->head; }

}  // namespace sluice::http
