#pragma once

// Private to this layer: only its .cc files may include FlatBuffers.

#include <flatbuffers/flatbuffers.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace sluice::schema {

inline std::string_view TextOf(const flatbuffers::String* text) {
  return text == nullptr ? std::string_view() : std::string_view(text->c_str(), text->size());
}

inline flatbuffers::Offset<flatbuffers::String> MakeText(flatbuffers::FlatBufferBuilder& builder,
                                                         std::string_view text) {
  // An empty view may point nowhere, and the builder copies with memcpy.
  return text.empty() ? builder.CreateString("", 0)
                      : builder.CreateString(text.data(), text.size());
}

// A field that is left out when there is nothing in it.
inline flatbuffers::Offset<flatbuffers::String> MakeOptionalText(
    flatbuffers::FlatBufferBuilder& builder, std::string_view text) {
  if (text.empty()) return {};
  return MakeText(builder, text);
}

inline bool IsAligned(ByteSpan bytes) {
  return reinterpret_cast<uintptr_t>(bytes.data()) % alignof(uint64_t) == 0;
}

// `bytes` themselves when they are 8-byte aligned, otherwise a copy of them in `storage`.
inline ByteSpan Aligned(ByteSpan bytes, std::vector<uint64_t>* storage) {
  if (IsAligned(bytes)) return bytes;
  storage->resize((bytes.size() + sizeof(uint64_t) - 1) / sizeof(uint64_t));
  std::memcpy(storage->data(), bytes.data(), bytes.size());
  return {reinterpret_cast<const uint8_t*>(storage->data()), bytes.size()};
}

}  // namespace sluice::schema
