#include "http/fields.h"

#include <algorithm>

namespace sluice::http {
namespace {

char Lower(char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c); }

bool ListHasToken(std::string_view list, std::string_view lower_token) {
  while (true) {
    const size_t comma = std::min(list.find(','), list.size());
    if (EqualsIgnoringCase(Trim(list.substr(0, comma)), lower_token)) return true;
    if (comma == list.size()) return false;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace

const std::string* OnlyField(const Fields& fields, std::string_view lower_name) {
  const std::string* found = nullptr;
  for (const auto& [name, value] : fields) {
    if (name != lower_name) continue;
    if (found != nullptr) return nullptr;
    found = &value;
  }
  return found;
}

size_t CountField(const Fields& fields, std::string_view lower_name) {
  return static_cast<size_t>(
      std::ranges::count_if(fields, [&](const auto& field) { return field.first == lower_name; }));
}

bool FieldHasToken(const Fields& fields, std::string_view lower_name,
                   std::string_view lower_token) {
  return std::ranges::any_of(fields, [&](const auto& field) {
    return field.first == lower_name && ListHasToken(field.second, lower_token);
  });
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) { return Lower(a) == b; });
}

bool FieldCollector::OnName(std::string_view piece) {
  if (in_value_ || fields_.empty()) fields_.emplace_back();
  in_value_ = false;
  for (const char c : piece) fields_.back().first += Lower(c);
  return !full();
}

bool FieldCollector::OnValue(std::string_view piece) {
  if (fields_.empty()) return false;
  in_value_ = true;
  fields_.back().second += piece;
  return true;
}

}  // namespace sluice::http
