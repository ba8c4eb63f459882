#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

// Appends JSON (RFC 8259) to a string: Key and value in turn, commas by itself, no allocation
// beyond the string's growth. Text is escaped; bytes that are not UTF-8 become U+FFFD; doubles are
// written in the shortest form that reads back the same, and as null when they are not finite.
// At most 63 arrays and objects inside of each other. The caller keeps Begin and End in pairs; a
// writer that is at its outermost level again may go on, the values are then separated by nothing.
class JsonWriter {
 public:
  explicit JsonWriter(std::string* out) : out_(*out) {}

  void BeginObject() { Begin('{'); }
  void EndObject() { End('}'); }
  void BeginArray() { Begin('['); }
  void EndArray() { End(']'); }
  void Key(std::string_view name);
  void Value(std::string_view text);
  void Value(const char* text) { Value(std::string_view(text)); }
  void Value(double number);
  void Value(int64_t number);
  void Value(uint64_t number);
  void Value(bool truth);
  void Null();
  // A text that `append` adds to the string it is given, of characters that need no escaping.
  template <typename Append>
  void ValueFrom(Append append) {
    Separate();
    out_.push_back('"');
    append(&out_);
    out_.push_back('"');
  }

  template <typename T>
  void Member(std::string_view name, T value) {
    Key(name);
    Value(value);
  }
  template <typename Append>
  void MemberFrom(std::string_view name, Append append) {
    Key(name);
    ValueFrom(append);
  }

 private:
  void Begin(char bracket);
  void End(char bracket);
  void Separate();
  void Quote(std::string_view text);

  std::string& out_;
  uint64_t has_items_ = 0;  // bit d: level d has an item, so that the next one needs a comma
  int depth_ = 0;
  bool after_key_ = false;
};

}  // namespace sluice
