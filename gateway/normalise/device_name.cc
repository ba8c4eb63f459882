#include "normalise/device_name.h"

namespace sluice::normalise {
namespace {

bool IsControl(std::string_view rest) {
  const auto first = static_cast<unsigned char>(rest.front());
  if (first < 0x20 || first == 0x7f) return true;
  // U+0080 to U+009F.
  return first == 0xc2 && rest.size() > 1 && static_cast<unsigned char>(rest[1]) < 0xa0;
}

}  // namespace

bool IsDeviceName(std::string_view name) {
  if (name.empty() || name.front() == '$') return false;
  for (; !name.empty(); name.remove_prefix(1)) {
    const char c = name.front();
    if (c == '/' || c == '+' || c == '#' || IsControl(name)) return false;
  }
  return true;
}

bool MeansItselfInRules(std::string_view name) {
  return name.size() <= kMaxQuotedNameBytes && name.find_first_of("*{\"\\") == name.npos;
}

}  // namespace sluice::normalise
