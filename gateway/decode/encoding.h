#pragma once

#include <cstdint>

namespace sluice::decode {

enum class Format : uint8_t {
  kJson,        // RFC 8259
  kText,        // the whole payload is one text
  kJsonOrText,  // JSON if it is some, else one text unless it begins like JSON, with { or [
  kCbor,        // RFC 8949
  kMessagePack,
  kBytes,  // the whole payload is one string of bytes
  // Documents of readings, see readings_document.h.
  kSenml,      // RFC 8428, in JSON or CBOR
  kSparkplug,  // Sparkplug B 3.0
};

// Mistakes of devices that a profile may overlook, each by itself. On by default is what guesses
// nothing: what it changes has no other meaning.
struct Tolerances {
  bool trailing_nul = true;     // a C string sent with its end
  bool byte_order_mark = true;  // U+FEFF in front, which RFC 8259 (8.1) lets readers ignore
  bool spaces = true;           // around a text; JSON has them anyway
  bool nan = true;              // nan, -Infinity, 1.#QNAN, … in JSON: unreadable, see Kind
  bool single_quotes = false;   // 'a' for "a" in JSON
  bool decimal_comma = false;   // "21,5" where a number may come as text

  bool operator==(const Tolerances&) const = default;
};

// How the payloads of a profile are written.
struct Encoding {
  Format format = Format::kJson;
  Tolerances tolerate = {};

  bool operator==(const Encoding&) const = default;
};

}  // namespace sluice::decode
