#include "decode/path.h"

#include <charconv>
#include <cstring>

namespace sluice::decode {
namespace {

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

// Names are short: a loop is over before memcmp has begun.
bool IsSame(const Node& key, std::string_view name) {
  return key.size == name.size() && std::equal(name.begin(), name.end(), key.text);
}

}  // namespace

// What the step leads to; null if there is nothing.
const Node* Path::Follow(const Step& step, Value container) {
  const Node* const end = container.node() + container.node()->skip();
  if (container.IsObject()) {
    for (const Node* key = container.node() + 1; key != end; key += 1 + key[1].skip()) {
      if (key->tag == step.hash && IsSame(*key, step.key)) return key + 1;
    }
  } else if (container.IsArray() && step.index) {
    size_t left = *step.index;
    for (const Node* item = container.node() + 1; item != end; item += item->skip()) {
      if (left-- == 0) return item;
    }
  }
  return nullptr;
}

std::optional<Path> Path::Parse(std::string_view pointer) {
  Path path;
  path.text_ = pointer;
  while (!pointer.empty()) {
    if (pointer[0] != '/') return std::nullopt;
    pointer.remove_prefix(1);
    const std::string_view token = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(token.size());
    Step step;
    if (!Unescape(token, &step.key)) return std::nullopt;
    step.hash = HashKey(step.key);
    step.index = IndexOf(step.key);
    path.steps_.push_back(std::move(step));
  }
  return path;
}

bool Path::Find(Value from, Value* found) const {
  const Node* node = from.node();
  for (const Step& step : steps_) {
    node = Follow(step, Value(node));
    if (node == nullptr) return false;
  }
  *found = Value(node);
  return !found->IsNull();
}

}  // namespace sluice::decode
