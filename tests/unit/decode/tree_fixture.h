#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/json_writer.h"
#include "decode/decoder.h"

namespace sluice::decode {

// A document as JSON; bytes as h'00ff', what is unreadable as its spelling in angle brackets.
inline void Spell(Value value, JsonWriter* json) {
  switch (value.kind()) {
    case Kind::kNull:
      return json->Null();
    case Kind::kBool:
      return json->Value(value.boolean());
    case Kind::kInteger:
      return json->Value(value.integer());
    case Kind::kUnsigned:
      return json->Value(value.unsigned_integer());
    case Kind::kDouble:
      return json->Value(value.number());
    case Kind::kText:
      return json->Value(value.text());
    case Kind::kUnreadable:
      return json->Value("<" + std::string(value.unreadable()) + ">");
    case Kind::kBytes: {
      std::string hex = "h'";
      for (const uint8_t byte : value.bytes()) {
        hex += "0123456789abcdef"[byte >> 4];
        hex += "0123456789abcdef"[byte & 15];
      }
      return json->Value(hex + "'");
    }
    case Kind::kArray:
    case Kind::kObject:
      break;
  }
  const bool is_object = value.IsObject();
  is_object ? json->BeginObject() : json->BeginArray();
  for (Walk walk(value); walk.Next();) {
    if (is_object) json->Key(walk.key());
    Spell(walk.value(), json);
  }
  is_object ? json->EndObject() : json->EndArray();
}

inline std::string FromHex(std::string_view hex) {
  std::string bytes;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  }
  return bytes;
}

// Gives payloads, spelled in hex, to a decoder.
template <typename TheDecoder>
class TreeTest : public testing::Test {
 protected:
  // The document, or the reason why there is none.
  std::string Decoded(std::string_view hex) {
    payload_ = FromHex(hex);
    Value root;
    if (!decoder_.Decode(AsBytes(payload_), &root, &rejection_)) {
      return std::string(schema::DeadLetterReasonName(rejection_.reason));
    }
    std::string text;
    JsonWriter json(&text);
    Spell(root, &json);
    return text;
  }

  // Cut anywhere, and with a byte behind it, it is no document.
  void ExpectWhole(std::string_view hex) {
    for (size_t size = 0; size < hex.size(); size += 2) {
      EXPECT_EQ(Decoded(hex.substr(0, size)), "invalid_payload") << hex << " cut at " << size;
    }
    EXPECT_EQ(Decoded(std::string(hex) + "00"), "invalid_payload") << hex;
  }

  std::string payload_;
  Limits limits_;
  TheDecoder decoder_{limits_};
  schema::Rejection rejection_;
};

struct TreeCase {
  const char* hex;
  const char* want;
};

}  // namespace sluice::decode
