#include "app/json_scan.h"

namespace sluice::app {
namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr int kMaxDepth = 64;  // stops a "[[[[…" from being anything but refused early

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// The position behind the string that begins at `at`; npos if it does not end.
size_t SkipString(std::string_view text, size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return text.npos;
}

// The position behind the value that begins at `at`: where a ',' or a bracket
// that it did not open follows; npos if it does not end.
size_t SkipValue(std::string_view text, size_t at) {
  int depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = SkipString(text, at);
      if (at == text.npos) return at;
      continue;
    }
    const bool closes = c == '}' || c == ']';
    if (depth == 0 && (closes || c == ',')) return at;
    if (c == '{' || c == '[') ++depth;
    if (closes) --depth;
    if (depth > kMaxDepth) return text.npos;
    ++at;
  }
  return depth == 0 ? at : text.npos;
}

bool IsObject(std::string_view text) {
  return text.size() >= 2 && text.front() == '{' && text.back() == '}';
}

}  // namespace

std::optional<std::vector<std::string_view>> SplitJson(std::string_view text) {
  text = Trim(text);
  if (IsObject(text) && SkipValue(text, 0) == text.size()) return {{text}};
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return std::nullopt;
  std::vector<std::string_view> elements;
  std::string_view rest = Trim(text.substr(1, text.size() - 2));
  while (!rest.empty()) {
    const size_t end = SkipValue(rest, 0);
    if (end == rest.npos) return std::nullopt;
    const std::string_view element = Trim(rest.substr(0, end));
    if (!IsObject(element) || (end < rest.size() && rest[end] != ',')) return std::nullopt;
    elements.push_back(element);
    if (end == rest.size()) break;
    rest = Trim(rest.substr(end + 1));
    if (rest.empty()) return std::nullopt;
  }
  return elements;
}

std::optional<std::string_view> FindMember(std::string_view object, std::string_view key) {
  if (!IsObject(object)) return std::nullopt;
  size_t at = 1;
  while ((at = object.find_first_not_of(kSpace, at)) != object.npos && object[at] == '"') {
    const size_t name_end = SkipString(object, at);
    if (name_end == object.npos) return std::nullopt;
    const std::string_view name = object.substr(at + 1, name_end - at - 2);
    const size_t colon = object.find_first_not_of(kSpace, name_end);
    if (colon == object.npos || object[colon] != ':') return std::nullopt;
    const size_t end = SkipValue(object, colon + 1);
    if (end == object.npos) return std::nullopt;
    if (name == key) return Trim(object.substr(colon + 1, end - colon - 1));
    at = end + 1;
  }
  return std::nullopt;
}

std::optional<std::string_view> FindString(std::string_view object, std::string_view key) {
  const auto value = FindMember(object, key);
  if (!value || value->size() < 2 || value->front() != '"' || value->back() != '"' ||
      value->find('\\') != value->npos) {
    return std::nullopt;
  }
  return value->substr(1, value->size() - 2);
}

}  // namespace sluice::app
