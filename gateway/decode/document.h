#pragma once

#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/status.h"
#include "decode/node.h"

namespace sluice::decode {

// What a payload holds, whatever format it came in. Everything behind a decoder reads documents
// through Value, Walk and Path (path.h) only.

// One value of a document; a view that lives until the decoder is given the next payload. By
// default null.
class Value {
 public:
  Value() : node_(&kNullNode) {}
  explicit Value(const Node* node) : node_(node) {}

  Kind kind() const { return node_->kind(); }
  bool IsNull() const { return kind() == Kind::kNull; }
  bool IsObject() const { return kind() == Kind::kObject; }
  bool IsArray() const { return kind() == Kind::kArray; }

  // Each only of its own kind.
  bool boolean() const { return Checked(Kind::kBool).boolean; }
  int64_t integer() const { return Checked(Kind::kInteger).integer; }
  uint64_t unsigned_integer() const { return Checked(Kind::kUnsigned).unsigned_integer; }
  double number() const { return Checked(Kind::kDouble).number; }
  std::string_view text() const { return {Checked(Kind::kText).text, node_->size}; }
  std::string_view unreadable() const { return {Checked(Kind::kUnreadable).text, node_->size}; }
  ByteSpan bytes() const {
    return AsBytes(std::string_view(Checked(Kind::kBytes).text, node_->size));
  }

  const Node* node() const { return node_; }  // private to this layer

 private:
  static constexpr Node kNullNode = {};

  const Node& Checked(Kind kind) const {
    SLUICE_CHECK(node_->kind() == kind);
    return *node_;
  }

  const Node* node_;
};

// Walks the members of an object or the items of an array in the order of the payload, duplicates
// included; nothing for other values.
//
//   for (Walk walk(list); walk.Next();) Use(walk.key(), walk.value());
class Walk {
 public:
  explicit Walk(Value container)
      : has_keys_(container.IsObject()),
        next_(container.node() + 1),
        end_(container.node() + container.node()->skip()) {}

  // False: there is no further one.
  bool Next() {
    if (next_ == end_) return false;
    key_ = next_;
    value_ = Value(next_ + (has_keys_ ? 1 : 0));
    next_ = value_.node() + value_.node()->skip();
    return true;
  }

  std::string_view key() const {  // empty in an array
    return has_keys_ ? std::string_view(key_->text, key_->size) : std::string_view();
  }
  Value value() const { return value_; }

 private:
  bool has_keys_;
  const Node* next_;
  const Node* end_;
  const Node* key_ = nullptr;
  Value value_;
};

// The memory of a document, which a decoder fills from front to back and uses again for the next
// payload: up to what was reserved, or to the most that it has held, it allocates no more. Texts
// and bytes are not copied; they must live as long as the document. How deep and how much is the
// decoder's to bound.
//
//   size_t object = document.Begin(Kind::kObject);
//   document.AddKey("temperature");
//   document.Add(21.5);
//   document.End(object);
class Document {
 public:
  // `nodes`: values and keys.
  void Reserve(size_t nodes) { nodes_.reserve(nodes); }
  void Clear() { nodes_.clear(); }

  void AddNull() { Append(Kind::kNull); }
  void Add(bool boolean) { Append(Kind::kBool).boolean = boolean; }
  void Add(int64_t integer) { Append(Kind::kInteger).integer = integer; }
  void Add(uint64_t number) { Append(Kind::kUnsigned).unsigned_integer = number; }
  void Add(double number) { Append(Kind::kDouble).number = number; }
  void Add(std::string_view text) { SetText(text, &Append(Kind::kText)); }
  void Add(ByteSpan bytes) { SetText(AsText(bytes), &Append(Kind::kBytes)); }
  void Add(const char*) = delete;  // would be a bool
  void AddUnreadable(std::string_view spelling) { SetText(spelling, &Append(Kind::kUnreadable)); }

  // A value that is no container, from elsewhere in this layer.
  void AddScalar(const Node& scalar) {
    SLUICE_CHECK(scalar.skip() == 1 && scalar.kind() != Kind::kArray &&
                 scalar.kind() != Kind::kObject);
    nodes_.push_back(scalar);
  }

  // Before the value of each member of an object.
  void AddKey(std::string_view key) {
    Node& node = nodes_.emplace_back();
    SetText(key, &node);
    node.tag = HashKey(key);
  }

  // An array or object, which holds what is added until End is given what Begin returned.
  size_t Begin(Kind container) {
    Append(container);
    return nodes_.size() - 1;
  }
  void End(size_t begin) {
    const size_t skip = nodes_.size() - begin;
    SLUICE_CHECK(skip <= Node::kMaxSkip);
    nodes_[begin].tag = Node::Tag(nodes_[begin].kind(), skip);
  }

  // Once something was added.
  Value root() const { return Value(nodes_.data()); }

 private:
  Node& Append(Kind kind) {
    Node& node = nodes_.emplace_back();
    node.tag = Node::Tag(kind, 1);
    return node;
  }
  static void SetText(std::string_view text, Node* node) {
    node->text = text.data();
    node->size = static_cast<uint32_t>(text.size());
  }

  std::vector<Node> nodes_;
};

}  // namespace sluice::decode
