#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "decode/document.h"

namespace sluice::decode {

// Builds a document of what a format says in order: a container with how many items it will have,
// then these. Counts come from the peer and are believed only as far as items follow. Keys may be
// texts or whole numbers. Allocates nothing once it has held its largest.
//
// Invariants: a container is open for each entry of the stack; nothing is added once the root is
// complete.
class TreeBuilder {
 public:
  explicit TreeBuilder(size_t max_depth) { open_.reserve(max_depth); }

  // Before each document. `bytes`: of the payload, which has no more nodes, and no longer spellings
  // of keys than three times as many.
  void Start(size_t bytes);

  // Whether the root and everything in it is there.
  bool complete() const { return complete_; }
  bool ExpectsKey() const { return !open_.empty() && open_.back().is_map && open_.back().at_key; }

  void AddNull();
  void Add(bool truth);
  void Add(int64_t integer);
  void Add(uint64_t integer);
  void Add(double number);  // what is not finite becomes unreadable
  void Add(ByteSpan bytes);
  void AddText(std::string_view text);  // UTF-8; a key where one is expected
  // -1 - n, as CBOR spells negative numbers.
  void AddNegative(uint64_t n);

  // `items` of an array, or pairs of a map; kUntilBreak: until Close. False: too deep.
  static constexpr uint64_t kUntilBreak = UINT64_MAX;
  bool Open(Kind container, uint64_t items);
  // False: there is nothing to end, or a key without its value.
  bool Close();

  // Room for texts that the payload does not hold in one piece. Lives as long as the document.
  std::string& texts() { return texts_; }

  bool failed() const { return failed_; }  // a key that is neither text nor number
  Value root() const { return document_.root(); }

 private:
  struct Container {
    size_t begin;
    uint64_t left;  // items, or pairs
    bool is_map;
    bool at_key;
  };
  bool BeginValue();
  void EndValue();
  void AddKey(std::string_view key);
  template <typename Number>
  void AddNumberKey(Number number);

  Document document_;
  std::vector<Container> open_;
  std::string texts_;
  bool complete_ = false;
  bool failed_ = false;
};

// Whether all of it is well-formed UTF-8.
bool IsUtf8(std::string_view text);

}  // namespace sluice::decode
