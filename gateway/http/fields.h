#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::http {

// The fields of a head in the order of their coming, names in lower case.
using Fields = std::vector<std::pair<std::string, std::string>>;

// The value of a field that is there exactly once; null otherwise.
const std::string* OnlyField(const Fields& fields, std::string_view lower_name);
size_t CountField(const Fields& fields, std::string_view lower_name);
// Whether a list with commas, over however many fields of that name, has the word, in whatever case
// (RFC 9110, section 5.6.1).
bool FieldHasToken(const Fields& fields, std::string_view lower_name, std::string_view lower_token);

// Without the spaces and tabs around it.
std::string_view Trim(std::string_view text);
bool EqualsIgnoringCase(std::string_view text, std::string_view lower);

// Gathers them from a parser, which hands out names and values in pieces.
class FieldCollector {
 public:
  // A head of tiny fields would cost many times its bytes.
  static constexpr size_t kMaxFields = 128;

  // False: there are too many.
  bool OnName(std::string_view piece);
  // False: no name came before it.
  bool OnValue(std::string_view piece);
  bool full() const { return fields_.size() > kMaxFields; }
  // Once, when all have come.
  Fields Take() { return std::move(fields_); }

 private:
  Fields fields_;
  bool in_value_ = false;
};

}  // namespace sluice::http
