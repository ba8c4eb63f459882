#include "normalise/json_path.h"

#include <charconv>

namespace sluice::normalise {
namespace {

namespace dom = simdjson::dom;

// "~1" stands for '/', "~0" for '~'.
bool Unescape(std::string_view token, std::string* key) {
  for (size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      key->push_back(token[i]);
      continue;
    }
    ++i;
    if (i == token.size() || (token[i] != '0' && token[i] != '1')) return false;
    key->push_back(token[i] == '0' ? '~' : '/');
  }
  return true;
}

// Digits without a leading zero; "-" and everything else is no index.
std::optional<size_t> IndexOf(std::string_view key) {
  if (key.empty() || (key.size() > 1 && key[0] == '0')) return std::nullopt;
  size_t index = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  if (error != std::errc() || end != key.data() + key.size()) return std::nullopt;
  return index;
}

}  // namespace

std::optional<JsonPath> JsonPath::Parse(std::string_view pointer) {
  JsonPath path;
  path.text_ = pointer;
  while (!pointer.empty()) {
    if (pointer[0] != '/') return std::nullopt;
    pointer.remove_prefix(1);
    const std::string_view token = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(token.size());
    Step step;
    if (!Unescape(token, &step.key)) return std::nullopt;
    step.index = IndexOf(step.key);
    path.steps_.push_back(std::move(step));
  }
  return path;
}

bool JsonPath::Find(dom::element from, dom::element* found) const {
  for (const Step& step : steps_) {
    if (from.is_object()) {
      if (from.get_object().at_key(step.key).get(from) != simdjson::SUCCESS) return false;
    } else if (from.is_array() && step.index) {
      if (from.get_array().at(*step.index).get(from) != simdjson::SUCCESS) return false;
    } else {
      return false;
    }
  }
  *found = from;
  return !from.is_null();
}

}  // namespace sluice::normalise
