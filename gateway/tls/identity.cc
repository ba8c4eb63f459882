#include "tls/identity.h"

#include <cstdint>

#include "tls/peer_certificate.h"

namespace sluice::tls {
namespace {

struct Utf8Lead {
  uint8_t mask, value;
  int continuations;
  uint32_t smallest;  // code point; below it the encoding is overlong
};
constexpr Utf8Lead kLeads[] = {
    {0x80, 0x00, 0, 0}, {0xe0, 0xc0, 1, 0x80}, {0xf0, 0xe0, 2, 0x800}, {0xf8, 0xf0, 3, 0x10000}};

bool IsAllowed(uint32_t code_point) {
  if (code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0)) return false;  // control
  if (code_point >= 0xd800 && code_point <= 0xdfff) return false;                    // surrogates
  if (code_point == '/' || code_point == '+' || code_point == '#') return false;     // topic syntax
  return code_point <= 0x10ffff;
}

// Takes one code point from the front of `text`; false if it is ill-formed.
bool TakeCodePoint(std::string_view* text, uint32_t* code_point) {
  const auto first = static_cast<uint8_t>(text->front());
  for (const Utf8Lead& lead : kLeads) {
    if ((first & lead.mask) != lead.value) continue;
    if (text->size() < static_cast<size_t>(lead.continuations) + 1) return false;
    uint32_t value = first & static_cast<uint8_t>(~lead.mask);
    for (int i = 1; i <= lead.continuations; ++i) {
      const auto next = static_cast<uint8_t>((*text)[static_cast<size_t>(i)]);
      if ((next & 0xc0) != 0x80) return false;
      value = value << 6 | (next & 0x3f);
    }
    text->remove_prefix(static_cast<size_t>(lead.continuations) + 1);
    *code_point = value;
    return value >= lead.smallest;
  }
  return false;
}

}  // namespace

bool IsValidIdentity(std::string_view name) {
  if (name.empty() || name.size() > PeerCertificate::kMaxIdentityBytes) return false;
  while (!name.empty()) {
    uint32_t code_point = 0;
    if (!TakeCodePoint(&name, &code_point) || !IsAllowed(code_point)) return false;
  }
  return true;
}

}  // namespace sluice::tls
