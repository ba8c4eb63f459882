#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace sluice::decode {

enum class Kind : uint8_t {
  kNull,
  kBool,
  kInteger,   // fits an int64
  kUnsigned,  // a whole number above that, up to 2^64 - 1
  kDouble,    // finite in JSON
  kText,      // UTF-8
  kBytes,
  kArray,
  kObject,
  kUnreadable,  // a number that no type holds, as it was spelled: 1e999, nan
};

// One value of a document, or the key before a member's value. An array is followed by its items,
// an object by key, value, key, value, …; skip() leads behind them, so that a walk over siblings
// looks at nothing inside of them. Private to this layer.
//
// Every decoder fills such an array, so that a look-up is a loop over 16-byte nodes with no call
// into a library and no question what the format was. For JSON it is a copy after simdjson's dom,
// which takes 6 % of normalising a message and gives as much back: a profile looks up dozens of
// members, most of them in vain, and keys are told apart by one comparison of `tag`. Measured with
// bench-normalise (x86-64, simdjson 3.0.1), the sum over devices/samples is within 1 % of that of a
// view of simdjson's own elements, which formats whose library only streams (CBOR, MessagePack)
// could not use. Rejected also: simdjson's on-demand parser writing into the array. It takes three
// times as long as the dom, because it is compiled for the oldest processor of its kind instead of
// chosen at run time.
struct Node {
  static constexpr uint32_t kMaxSkip = (1U << 28) - 1;  // a payload of MQTT has fewer bytes

  union {
    bool boolean;
    int64_t integer;
    uint64_t unsigned_integer = 0;
    double number;
    const char* text;  // kText, kBytes, kUnreadable, keys; belongs to the decoder
  };
  uint32_t size = 0;  // of the text, in bytes
  uint32_t tag = 1;   // of a key its hash; else the kind and how many nodes to the next sibling

  Kind kind() const { return static_cast<Kind>(tag >> 28); }
  uint32_t skip() const { return tag & kMaxSkip; }
  static constexpr uint32_t Tag(Kind kind, size_t skip) {
    return static_cast<uint32_t>(kind) << 28 | static_cast<uint32_t>(skip);
  }

  // Values that are no containers.
  static Node Number(double number) {
    Node node;
    node.number = number;
    node.tag = Tag(Kind::kDouble, 1);
    return node;
  }
  static Node Integer(int64_t integer) {
    Node node;
    node.integer = integer;
    node.tag = Tag(Kind::kInteger, 1);
    return node;
  }
  static Node Unsigned(uint64_t integer) {
    Node node;
    node.unsigned_integer = integer;
    node.tag = Tag(Kind::kUnsigned, 1);
    return node;
  }
  static Node Boolean(bool boolean) {
    Node node;
    node.boolean = boolean;
    node.tag = Tag(Kind::kBool, 1);
    return node;
  }
  // kText, kBytes or kUnreadable; the text is not copied.
  static Node Text(Kind kind, std::string_view text) {
    Node node;
    node.text = text.data();
    node.size = static_cast<uint32_t>(text.size());
    node.tag = Tag(kind, 1);
    return node;
  }
};
static_assert(sizeof(Node) == 16);

// Tells nearly every two keys apart; the rest is compared byte by byte. Cheap, not safe against
// chosen collisions, which cost no more than the comparison that it saves.
inline uint32_t HashKey(std::string_view key) {
  uint32_t front = 0, back = 0;
  if (key.size() >= sizeof(front)) {
    std::memcpy(&front, key.data(), sizeof(front));
    std::memcpy(&back, key.data() + key.size() - sizeof(back), sizeof(back));
  } else {
    for (const char c : key) front = front << 8 | static_cast<unsigned char>(c);
  }
  return front * 0x9e3779b1U ^ back * 0x85ebca6bU;
}

}  // namespace sluice::decode
