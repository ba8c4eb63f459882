#pragma once

#include <cstddef>

#include "decode/document.h"

namespace sluice::decode {

// How many values there are; touches every byte of them.
inline size_t CountValues(Value value) {
  size_t count = 1;
  if (value.kind() == Kind::kText) count += value.text().find('\xff') != std::string_view::npos;
  if (value.kind() == Kind::kBytes) count += value.bytes().empty() ? 0 : value.bytes().back() & 1;
  for (Walk walk(value); walk.Next();) {
    count += CountValues(walk.value()) + walk.key().size() / 4096;
  }
  return count;
}

}  // namespace sluice::decode
