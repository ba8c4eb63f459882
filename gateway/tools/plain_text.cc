#include "tools/plain_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/utf8.h"

namespace sluice::tools {
namespace {

constexpr size_t kDumpedPerLine = 16;

// C0, DEL and C1; the marks, embeddings and isolates of Unicode's bidirectional algorithm (UAX 9);
// separators of lines and paragraphs; the byte order mark.
bool HasShape(uint32_t c) {
  if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return false;
  const bool turns = c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
                     (c >= 0x2066 && c <= 0x2069);
  return !turns && c != 0x2028 && c != 0x2029 && c != 0xfeff;
}

// How many bytes the character at the front has; 0 if it cannot be shown.
size_t PlainLength(std::string_view text) {
  uint32_t code_point = 0;
  const size_t length = DecodeUtf8(text, &code_point);
  return length > 0 && HasShape(code_point) ? length : 0;
}

char Shown(uint8_t byte) { return byte >= 0x20 && byte < 0x7f ? static_cast<char>(byte) : '.'; }

}  // namespace

bool IsPlainText(std::string_view text) {
  while (!text.empty()) {
    const bool is_blank = text.front() == '\n' || text.front() == '\t';
    const size_t length = is_blank ? 1 : PlainLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string OneLine(std::string_view text, size_t max_bytes) {
  const bool is_cut = text.size() > max_bytes;
  if (is_cut) text = CutUtf8(text, max_bytes);
  std::string line;
  while (!text.empty()) {
    const size_t length = text.front() == '\\' ? 0 : PlainLength(text);
    if (length > 0) {
      line += text.substr(0, length);
    } else {
      line += fmt::format("\\x{:02x}", static_cast<uint8_t>(text.front()));
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  if (is_cut) line += "…";
  return line;
}

std::string PlainJson(std::string_view json) {
  std::string plain;
  while (!json.empty()) {
    uint32_t c = 0;
    const size_t length = DecodeUtf8(json, &c);
    if (length == 0) return plain;  // no JSON
    if (HasShape(c)) {
      plain += json.substr(0, length);
    } else {
      plain += fmt::format("\\u{:04x}", c);  // all without a shape are below U+10000
    }
    json.remove_prefix(length);
  }
  return plain;
}

void AppendHexDump(ByteSpan bytes, std::string* out) {
  auto end = std::back_inserter(*out);
  for (size_t at = 0; at < bytes.size(); at += kDumpedPerLine) {
    const ByteSpan line = bytes.subspan(at, std::min(kDumpedPerLine, bytes.size() - at));
    fmt::format_to(end, "  {:08x} ", at);
    for (size_t i = 0; i < kDumpedPerLine; ++i) {
      if (i % 8 == 0) *out += ' ';
      *out += i < line.size() ? fmt::format("{:02x} ", line[i]) : "   ";
    }
    *out += " |";
    for (const uint8_t byte : line) *out += Shown(byte);
    *out += "|\n";
  }
}

}  // namespace sluice::tools
