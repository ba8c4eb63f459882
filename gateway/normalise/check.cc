#include "normalise/check.h"

#include <fmt/format.h>

#include <algorithm>

#include "codec/topic.h"
#include "decode/path.h"
#include "decode/time_zone.h"
#include "normalise/compiled_profile.h"
#include "normalise/units.h"

namespace sluice::normalise {
namespace {

constexpr size_t kMaxNameBytes = 64;

bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// "v" and a number without leading zeros.
bool IsVersion(std::string_view word) {
  return word.size() > 1 && word[0] == 'v' && word[1] != '0' &&
         std::all_of(word.begin() + 1, word.end(), IsDigit);
}

}  // namespace

std::string CheckProfileName(std::string_view name) {
  const bool fits = !name.empty() && name.size() <= kMaxNameBytes &&
                    std::all_of(name.begin(), name.end(),
                                [](char c) { return IsLower(c) || IsDigit(c) || c == '-'; });
  if (fits) return {};
  return fmt::format("\"{}\" is not a name for a profile; use up to {} of a-z, 0-9 and '-'", name,
                     kMaxNameBytes);
}

std::string CheckTopicFilter(std::string_view filter) {
  if (codec::IsTopicFilter(filter) && !codec::IsShared(filter)) return {};
  return fmt::format(
      "\"{}\" is not a topic filter; '+' stands for one whole level, '#' for the rest at the end",
      filter);
}

std::string CheckPointer(std::string_view pointer) {
  if (decode::Path::Parse(pointer)) return {};
  return fmt::format(
      "\"{}\" is not a JSON pointer; begin it with '/', for example \"/{}\" (in a key, '/' is "
      "\"~1\" and '~' is \"~0\")",
      pointer, pointer.substr(0, pointer.find('/')));
}

std::string CheckUnit(std::string_view code) {
  if (code.empty() || FindUnit(code) != nullptr) return {};
  if (IsAnnotation(code) && code.size() <= kMaxNameBytes) return {};
  if (const std::string_view meant = SuggestUnit(code); !meant.empty()) {
    return fmt::format("\"{}\" is not a UCUM unit; write \"{}\"", code, meant);
  }
  return fmt::format(
      "unknown unit \"{}\"; take one from docs/profiles.md, or put a count in braces: \"{{{}}}\"",
      code, code);
}

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes &&
         std::none_of(name.begin(), name.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string CheckName(std::string_view name) {
  if (IsName(name)) return {};
  return fmt::format("\"{}\" is not a name; use 1 to {} printable bytes",
                     name.substr(0, kMaxNameBytes), kMaxNameBytes);
}

std::string CheckTimeZone(const std::string& name) {
  if (decode::TimeZone::Load(name)) return {};
  return fmt::format(
      "\"{}\" is no time zone of this machine; use an IANA name, such as \"Europe/Berlin\", and "
      "see that tzdata is installed",
      name);
}

std::string CheckEventType(std::string_view type) {
  const size_t dot = type.rfind('.');
  const bool fits =
      dot != std::string_view::npos && dot > 0 && type.size() <= kMaxNameBytes &&
      IsVersion(type.substr(dot + 1)) &&
      std::all_of(type.begin(), type.end(),
                  [](char c) { return IsLower(c) || IsDigit(c) || c == '_' || c == '.'; }) &&
      type.find("..") == std::string_view::npos && type.front() != '.';
  if (!fits) {
    return fmt::format(
        "\"{}\" is not an event type; write words and a version with dots between, for example "
        "\"climate.reading.v1\"",
        type);
  }
  if (type.starts_with("sluice.")) {
    return fmt::format("\"{}\" belongs to the gateway itself; begin the type with another word",
                       type);
  }
  return {};
}

Status CheckProfile(const Profile& profile) { return CompileProfile(profile).status(); }

}  // namespace sluice::normalise
