#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace sluice::app {

// Just enough JSON to pass CloudEvents through untouched: where values begin and end, not what they
// mean. Strings and nesting are respected; anything else about a value is not checked.

// The elements of a top-level array, or the one object that `text` is. Views into it. None if the
// brackets do not match or something follows.
std::optional<std::vector<std::string_view>> SplitJson(std::string_view text);

// The value of a member of `object` itself (not of objects in it), as it stands.
std::optional<std::string_view> FindMember(std::string_view object, std::string_view key);
// The same if it is a string without escapes, without its quotes.
std::optional<std::string_view> FindString(std::string_view object, std::string_view key);

}  // namespace sluice::app
