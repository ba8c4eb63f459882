#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decode/document.h"

namespace sluice::decode {

// An RFC 6901 pointer into a document, taken apart once, so that following it allocates nothing.
class Path {
 public:
  // Nothing if `pointer` is not one: it is empty (the whole) or begins with '/', and '~' is
  // followed by 0 or 1.
  static std::optional<Path> Parse(std::string_view pointer);

  // Follows the path from `from`. False if there is nothing, or null, which devices send for "not
  // known". Of members with the same name the first counts.
  bool Find(Value from, Value* found) const;

  const std::string& text() const { return text_; }

 private:
  struct Step {
    std::string key;
    uint32_t hash = 0;
    std::optional<size_t> index;  // what `key` means in an array
  };
  static const Node* Follow(const Step& step, Value container);

  std::string text_;
  std::vector<Step> steps_;
};

}  // namespace sluice::decode
