#include "decode/tree_builder.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>

#include "base/utf8.h"

namespace sluice::decode {

void TreeBuilder::Start(size_t bytes) {
  document_.Clear();
  const size_t room = std::bit_ceil(bytes);  // so that slowly growing payloads do not move it
  document_.Reserve(room);
  texts_.clear();
  texts_.reserve(3 * room);  // "-24" of one byte: so nothing that was spelled ever moves
  open_.clear();
  complete_ = false;
  failed_ = false;
}

// False if the value is where a key should be.
bool TreeBuilder::BeginValue() {
  SLUICE_CHECK(!complete_);
  if (!ExpectsKey()) return true;
  failed_ = true;
  return false;
}

// Ends the containers of which this was the last value.
void TreeBuilder::EndValue() {
  while (!open_.empty()) {
    Container& container = open_.back();
    container.at_key = container.is_map;
    if (container.left == kUntilBreak) return;
    --container.left;
    if (container.left > 0) return;
    document_.End(container.begin);
    open_.pop_back();
  }
  complete_ = true;
}

void TreeBuilder::AddKey(std::string_view key) {
  document_.AddKey(key);
  open_.back().at_key = false;
}

template <typename Number>
void TreeBuilder::AddNumberKey(Number number) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  const size_t begin = texts_.size();
  texts_.append(digits.data(), static_cast<size_t>(end - digits.data()));
  AddKey(std::string_view(texts_).substr(begin));
}

void TreeBuilder::AddNull() {
  if (!BeginValue()) return;
  document_.AddNull();
  EndValue();
}

void TreeBuilder::Add(bool truth) {
  if (!BeginValue()) return;
  document_.Add(truth);
  EndValue();
}

void TreeBuilder::Add(int64_t integer) {
  if (ExpectsKey()) return AddNumberKey(integer);
  document_.Add(integer);
  EndValue();
}

void TreeBuilder::Add(uint64_t integer) {
  if (integer <= INT64_MAX) return Add(static_cast<int64_t>(integer));
  if (ExpectsKey()) return AddNumberKey(integer);
  document_.Add(integer);
  EndValue();
}

void TreeBuilder::AddNegative(uint64_t n) {
  if (n <= INT64_MAX) return Add(-1 - static_cast<int64_t>(n));
  Add(-1.0 - static_cast<double>(n));
}

void TreeBuilder::Add(double number) {
  if (!BeginValue()) return;
  if (std::isfinite(number)) {
    document_.Add(number);
  } else {
    document_.AddUnreadable(std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf");
  }
  EndValue();
}

void TreeBuilder::Add(ByteSpan bytes) {
  if (!BeginValue()) return;
  document_.Add(bytes);
  EndValue();
}

void TreeBuilder::AddText(std::string_view text) {
  if (ExpectsKey()) return AddKey(text);
  document_.Add(text);
  EndValue();
}

bool TreeBuilder::Open(Kind container, uint64_t items) {
  if (!BeginValue()) return true;
  if (open_.size() == open_.capacity()) return false;
  const bool is_map = container == Kind::kObject;
  open_.push_back({document_.Begin(container), items, is_map, is_map});
  if (items != 0) return true;
  document_.End(open_.back().begin);
  open_.pop_back();
  EndValue();
  return true;
}

bool TreeBuilder::Close() {
  const bool ends = !open_.empty() && open_.back().left == kUntilBreak &&
                    open_.back().at_key == open_.back().is_map;
  if (!ends) return false;
  document_.End(open_.back().begin);
  open_.pop_back();
  EndValue();
  return true;
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace sluice::decode
