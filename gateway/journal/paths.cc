#include "journal/paths.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "journal/record_format.h"

namespace sluice::journal {
namespace {

constexpr size_t kMaxNameLength = 63;
constexpr size_t kBaseDigits = 20;

bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool IsNamePart(char c) { return IsNameStart(c) || c == '_' || c == '-'; }

}  // namespace

bool IsValidName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameLength && IsNameStart(name.front()) &&
         std::all_of(name.begin(), name.end(), IsNamePart);
}

std::string LockPath(const std::string& data_directory) { return data_directory + "/LOCK"; }
std::string StreamsPath(const std::string& data_directory) { return data_directory + "/streams"; }

StreamPaths::StreamPaths(const std::string& data_directory, std::string_view stream)
    : directory(fmt::format("{}/{}", StreamsPath(data_directory), stream)),
      state(directory + "/state"),
      cursors(directory + "/cursors"),
      quarantine(directory + "/quarantine"),
      handled(directory + "/handled"),
      replays(directory + "/replays") {}

std::string StreamPaths::Segment(uint64_t base_offset) const {
  return fmt::format("{}/{}", directory, SegmentName(base_offset));
}

std::string StreamPaths::Cursor(std::string_view route) const {
  return fmt::format("{}/{}{}", cursors, route, kCursorSuffix);
}

std::string SegmentName(uint64_t base_offset) {
  return fmt::format("{:0{}}{}", base_offset, kBaseDigits, kSegmentSuffix);
}

std::optional<uint64_t> BaseOfSegmentName(std::string_view name) {
  if (name.size() != kBaseDigits + kSegmentSuffix.size() || !name.ends_with(kSegmentSuffix))
    return {};
  const std::string_view digits = name.substr(0, kBaseDigits);
  uint64_t base = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), base);
  if (error != std::errc() || end != digits.data() + digits.size() || base >= kMaxOffset) return {};
  return base;
}

}  // namespace sluice::journal
