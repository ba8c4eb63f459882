#include "http/http_session.h"

#include <fmt/format.h>
#include <http_parser.h>

#include <algorithm>
#include <utility>

namespace sluice::http {

enum class Stage : uint8_t { kIdle, kRequestLine, kHeaders, kBody };

struct HttpSession::Request {
  unsigned major_version;
  unsigned method;
  std::string_view target;
  RequestHead head;
  bool keep_alive;
};

// Wraps the library: one request at a time, and it stops behind each.
class HttpSession::Parser {
 public:
  enum class Outcome : uint8_t { kNeedMore, kRequest, kError };

  Parser() {
    http_parser_init(&parser_, HTTP_REQUEST);
    parser_.data = this;
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  // Reads up to the end of a request; *used says how many bytes that were.
  Outcome Execute(ByteSpan in, size_t* used) {
    *used = http_parser_execute(&parser_, &Settings(), reinterpret_cast<const char*>(in.data()),
                                in.size());
    size_ += *used;
    const http_errno error = HTTP_PARSER_ERRNO(&parser_);
    if (error == HPE_PAUSED) return Outcome::kRequest;
    return error == HPE_OK && parser_.upgrade == 0 ? Outcome::kNeedMore : Outcome::kError;
  }

  Request request() const {
    // Somebody who wants another protocol gets an answer in this one, and nothing after it.
    const bool keep_alive = http_should_keep_alive(&parser_) != 0 && parser_.upgrade == 0;
    return {parser_.http_major,
            parser_.method,
            target_,
            {hosts_, host_, origin_, referer_},
            keep_alive};
  }
  void NextRequest() {
    http_parser_pause(&parser_, 0);
    for (std::string* text : {&target_, &field_, &host_, &origin_, &referer_}) text->clear();
    hosts_ = size_ = 0;
    stage_ = Stage::kIdle;
  }

  Stage stage() const { return stage_; }
  size_t size() const { return size_; }  // of the present request so far

 private:
  static Parser& Of(http_parser* parser) { return *static_cast<Parser*>(parser->data); }
  static const http_parser_settings& Settings() {
    static const http_parser_settings settings = MakeSettings();
    return settings;
  }
  static http_parser_settings MakeSettings() {
    http_parser_settings settings;
    http_parser_settings_init(&settings);
    settings.on_message_begin = [](http_parser* p) { return Of(p).Enter(Stage::kRequestLine); };
    settings.on_url = [](http_parser* p, const char* at, size_t length) {
      Of(p).target_.append(at, length);
      return 0;
    };
    settings.on_header_field = [](http_parser* p, const char* at, size_t length) {
      return Of(p).OnField({at, length});
    };
    settings.on_header_value = [](http_parser* p, const char* at, size_t length) {
      return Of(p).OnValue({at, length});
    };
    settings.on_headers_complete = [](http_parser* p) { return Of(p).Enter(Stage::kBody); };
    settings.on_message_complete = [](http_parser* p) {
      http_parser_pause(p, 1);
      return 0;
    };
    return settings;
  }
  // Fields and values come in pieces.
  int OnField(std::string_view piece) {
    if (std::exchange(in_value_, false)) field_.clear();
    field_ += piece;
    return Enter(Stage::kHeaders);
  }
  int OnValue(std::string_view piece) {
    const bool is_new = !std::exchange(in_value_, true);
    if (IsField("host")) {
      hosts_ += is_new ? 1 : 0;
      host_ += piece;
    }
    if (IsField("origin")) origin_ += piece;
    if (IsField("referer")) referer_ += piece;
    return 0;
  }
  bool IsField(std::string_view lower) const {
    return std::equal(field_.begin(), field_.end(), lower.begin(), lower.end(),
                      [](char a, char b) { return (a | 0x20) == b; });
  }
  int Enter(Stage stage) {
    stage_ = std::max(stage_, stage);
    return 0;
  }

  http_parser parser_;
  std::string target_;
  std::string field_;  // under way
  std::string host_, origin_, referer_;
  bool in_value_ = false;
  size_t hosts_ = 0;
  size_t size_ = 0;
  Stage stage_ = Stage::kIdle;
};

namespace {

// What a request that never ends is told, by where it was.
int TooLargeStatus(Stage stage) {
  switch (stage) {
    case Stage::kHeaders:
      return HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE;
    case Stage::kBody:
      return HTTP_STATUS_PAYLOAD_TOO_LARGE;
    default:
      return HTTP_STATUS_URI_TOO_LONG;
  }
}

void AppendResponse(const Response& response, bool with_body, bool keep_alive, ByteBuffer* out) {
  fmt::memory_buffer head;
  fmt::format_to(std::back_inserter(head),
                 "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: {}\r\n",
                 response.status, http_status_str(static_cast<http_status>(response.status)),
                 response.content_type, response.body.size(), keep_alive ? "keep-alive" : "close");
  out->Append(std::string_view(head.data(), head.size()));
  if (response.status == HTTP_STATUS_METHOD_NOT_ALLOWED) out->Append("Allow: GET, HEAD\r\n");
  out->Append("\r\n");
  if (with_body) out->Append(response.body);
}

Response PlainStatus(int status) {
  Response response;
  response.status = status;
  response.body = fmt::format("{}\n", http_status_str(static_cast<http_status>(status)));
  return response;
}

}  // namespace

HttpSession::HttpSession(const Limits& limits, const Handler* handler, const Guard* guard)
    : limits_(limits), handler_(*handler), guard_(guard), parser_(std::make_unique<Parser>()) {}

HttpSession::~HttpSession() = default;

bool HttpSession::in_request() const { return parser_->stage() != Stage::kIdle; }

void HttpSession::Receive(ByteSpan in, ByteBuffer* out) {
  while (!closed_ && !in.empty()) {
    const size_t room = limits_.max_request_bytes - parser_->size();
    if (room == 0) return Fail(TooLargeStatus(parser_->stage()), out);
    size_t used = 0;
    const auto outcome = parser_->Execute(in.first(std::min(in.size(), room)), &used);
    if (outcome == Parser::Outcome::kError) return Fail(HTTP_STATUS_BAD_REQUEST, out);
    in = in.subspan(used);
    if (outcome == Parser::Outcome::kRequest) {
      OnRequest(parser_->request(), out);
      parser_->NextRequest();
    }
  }
}

void HttpSession::OnTimeout(ByteBuffer* out) {
  if (closed_) return;
  if (in_request()) return Fail(HTTP_STATUS_REQUEST_TIMEOUT, out);
  closed_ = true;
}

void HttpSession::OnRequest(const Request& request, ByteBuffer* out) {
  if (request.major_version != 1) return Fail(HTTP_STATUS_HTTP_VERSION_NOT_SUPPORTED, out);
  if (guard_ != nullptr) {
    if (const auto refusal = (*guard_)(request.head)) return End(*refusal, out);
  }
  closed_ = !request.keep_alive || ++requests_ >= limits_.max_requests ||
            out->size() >= limits_.max_output_bytes;
  const bool is_head = request.method == HTTP_HEAD;
  const std::string_view path = request.target.substr(0, request.target.find('?'));
  const Response response = is_head || request.method == HTTP_GET
                                ? handler_(path)
                                : PlainStatus(HTTP_STATUS_METHOD_NOT_ALLOWED);
  AppendResponse(response, !is_head, !closed_, out);
}

// What comes behind a request that we could not read cannot be read either.
void HttpSession::Fail(int status, ByteBuffer* out) { End(PlainStatus(status), out); }

void HttpSession::End(const Response& response, ByteBuffer* out) {
  AppendResponse(response, /*with_body=*/true, /*keep_alive=*/false, out);
  closed_ = true;
}

}  // namespace sluice::http
