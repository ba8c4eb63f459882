#pragma once

#include <simdjson.h>

#include <cstdint>
#include <string_view>

namespace sluice::tools {

// Members of an object that commands are answered with or read. Empty and 0: there is none of that
// name and type, or it is no object.
inline std::string_view Text(const simdjson::dom::element& object, const char* key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? text : std::string_view();
}
inline uint64_t Number(const simdjson::dom::element& object, const char* key) {
  uint64_t number = 0;
  return object[key].get(number) == simdjson::SUCCESS ? number : 0;
}

}  // namespace sluice::tools
