#include "base/identity.h"

#include <cstdint>

#include "base/utf8.h"

namespace sluice {
namespace {

bool IsAllowed(uint32_t code_point) {
  if (code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0)) return false;  // control
  return code_point != '/' && code_point != '+' && code_point != '#';                // topic syntax
}

}  // namespace

bool IsValidIdentity(std::string_view name) {
  if (name.empty() || name.size() > kMaxIdentityBytes) return false;
  while (!name.empty()) {
    uint32_t code_point = 0;
    const size_t length = DecodeUtf8(name, &code_point);
    if (length == 0 || !IsAllowed(code_point)) return false;
    name.remove_prefix(length);
  }
  return true;
}

}  // namespace sluice
