#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::normalise {

// An RFC 6901 pointer taken apart once, so that following it allocates nothing. Private to this
// layer, as everything that includes simdjson.
class JsonPath {
 public:
  // Nothing if `pointer` is not one: it is empty (the whole) or begins with '/', and '~' is
  // followed by 0 or 1.
  static std::optional<JsonPath> Parse(std::string_view pointer);

  // Follows the path from `from`. False if there is nothing, or null, which devices send for "not
  // known". Of members with the same name the first counts.
  bool Find(simdjson::dom::element from, simdjson::dom::element* found) const;

  bool IsRoot() const { return steps_.empty(); }
  const std::string& text() const { return text_; }

 private:
  struct Step {
    std::string key;
    std::optional<size_t> index;  // what `key` means in an array
  };
  std::string text_;
  std::vector<Step> steps_;
};

}  // namespace sluice::normalise
