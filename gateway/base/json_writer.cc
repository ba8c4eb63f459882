#include "base/json_writer.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "base/status.h"
#include "base/utf8.h"

namespace sluice {
namespace {

void AppendControl(char c, std::string* out) {
  switch (c) {
    case '\n':
      *out += "\\n";
      return;
    case '\r':
      *out += "\\r";
      return;
    case '\t':
      *out += "\\t";
      return;
    default:
      fmt::format_to(std::back_inserter(*out), "\\u{:04x}", static_cast<unsigned>(c));
  }
}

}  // namespace

void JsonWriter::Quote(std::string_view text) {
  out_.push_back('"');
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    if (length == 0) {
      out_ += "\xef\xbf\xbd";  // U+FFFD
    } else if (length > 1) {
      out_ += text.substr(0, length);
    } else if (static_cast<unsigned char>(text[0]) < 0x20) {
      AppendControl(text[0], &out_);
    } else {
      if (text[0] == '"' || text[0] == '\\') out_.push_back('\\');
      out_.push_back(text[0]);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out_.push_back('"');
}

void JsonWriter::Separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  const uint64_t bit = uint64_t{1} << depth_;
  if (depth_ > 0 && (has_items_ & bit) != 0) out_.push_back(',');
  has_items_ |= bit;
}

void JsonWriter::Begin(char bracket) {
  Separate();
  out_.push_back(bracket);
  SLUICE_CHECK(depth_ < 63);
  ++depth_;
  has_items_ &= ~(uint64_t{1} << depth_);
}

void JsonWriter::End(char bracket) {
  SLUICE_CHECK(depth_ > 0);
  --depth_;
  out_.push_back(bracket);
}

void JsonWriter::Key(std::string_view name) {
  Separate();
  Quote(name);
  out_.push_back(':');
  after_key_ = true;
}

void JsonWriter::Value(std::string_view text) {
  Separate();
  Quote(text);
}

void JsonWriter::Value(double number) {
  if (!std::isfinite(number)) return Null();
  Separate();
  fmt::format_to(std::back_inserter(out_), "{}", number);
}

void JsonWriter::Value(int64_t number) {
  Separate();
  fmt::format_to(std::back_inserter(out_), "{}", number);
}

void JsonWriter::Value(uint64_t number) {
  Separate();
  fmt::format_to(std::back_inserter(out_), "{}", number);
}

void JsonWriter::Value(bool truth) {
  Separate();
  out_ += truth ? "true" : "false";
}

void JsonWriter::Null() {
  Separate();
  out_ += "null";
}

}  // namespace sluice
