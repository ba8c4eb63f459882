#include "normalise/member_use.h"

#include <charconv>
#include <optional>

#include "base/json_writer.h"
#include "decode/payload_decoder.h"
#include "normalise/try_profile.h"

namespace sluice::normalise {
namespace {

using decode::Kind;
using decode::Value;

bool IsContainer(Value value) { return value.IsObject() || value.IsArray(); }

void WriteScalar(Value value, JsonWriter* json) {
  switch (value.kind()) {
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
      return json->Value(value.unreadable());
    default:
      return json->Null();
  }
}

// Writes a document without one of its leaves, counted from 0; in a list null takes its place, so
// that the others keep theirs.
class Writer {
 public:
  Writer(size_t left_out, std::string* text) : left_out_(left_out), json_(text) {}

  void Write(Value value) {
    if (!IsContainer(value)) return WriteLeaf(value);
    const bool is_object = value.IsObject();
    is_object ? json_.BeginObject() : json_.BeginArray();
    for (decode::Walk walk(value); walk.Next();) {
      const bool is_left_out = !IsContainer(walk.value()) && leaf_ == left_out_;
      if (is_object && is_left_out) {
        ++leaf_;
        continue;
      }
      if (is_object) json_.Key(walk.key());
      Write(walk.value());
    }
    is_object ? json_.EndObject() : json_.EndArray();
  }

 private:
  void WriteLeaf(Value value) { leaf_++ == left_out_ ? json_.Null() : WriteScalar(value, &json_); }

  const size_t left_out_;
  JsonWriter json_;
  size_t leaf_ = 0;
};

// RFC 6901, 3.
void AppendStep(std::string_view key, std::string* pointer) {
  *pointer += '/';
  for (const char c : key) {
    if (c == '~') {
      *pointer += "~0";
    } else if (c == '/') {
      *pointer += "~1";
    } else {
      *pointer += c;
    }
  }
}

void ListLeaves(Value value, const std::string& pointer, std::vector<MemberUse>* leaves) {
  if (leaves->size() == kMaxMembers) return;
  if (!IsContainer(value)) {
    MemberUse& leaf = leaves->emplace_back(MemberUse{.pointer = pointer, .value = {}});
    JsonWriter json(&leaf.value);
    return WriteScalar(value, &json);
  }
  size_t index = 0;
  for (decode::Walk walk(value); walk.Next(); ++index) {
    std::string inner = pointer;
    AppendStep(value.IsArray() ? std::to_string(index) : walk.key(), &inner);
    ListLeaves(walk.value(), inner, leaves);
  }
}

}  // namespace

Result<std::vector<MemberUse>> FindMemberUses(const std::vector<Profile>& profiles,
                                              const Message& message) {
  const auto become = [&](ByteSpan payload) {
    Message tried = message;
    tried.payload = payload;
    return TryProfiles(profiles, tried);
  };
  std::vector<MemberUse> leaves;
  decode::PayloadDecoder decoder{decode::Limits()};
  Value root;
  Rejection rejection;
  const auto whole = become(message.payload);
  if (!whole.ok()) return whole.status();
  if (!decoder.Decode(message.payload, {}, &root, &rejection) || !IsContainer(root)) return leaves;
  ListLeaves(root, "", &leaves);
  for (size_t i = 0; i < leaves.size(); ++i) {
    std::string payload;
    Writer(i, &payload).Write(root);
    leaves[i].used = become(AsBytes(payload))->text != whole->text;
  }
  return leaves;
}

}  // namespace sluice::normalise
